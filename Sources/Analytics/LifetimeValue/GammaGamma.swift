/// The gamma-gamma model of what customers spend: each purchase of a customer is Γ(p, ν), and ν is Γ(q, γ) over customers,
/// independent of how often they buy.
///
/// - Source: Fader, Hardie and Lee 2005, "RFM and CLV: using iso-value curves for customer base analysis"; Fader and
///   Hardie 2013, "The gamma-gamma model of monetary value".
public struct GammaGamma: Sendable, Equatable {
    /// Shape of a customer's purchases.
    public let p: Double
    /// Shape over customers.
    public let q: Double
    /// Scale over customers, in the unit of the values.
    public let gamma: Double

    /// A model of known parameters.
    ///
    /// - Throws: ``LifetimeValueError/outOfRange(name:value:)`` unless all are positive and finite.
    public init(p: Double, q: Double, gamma: Double) throws(LifetimeValueError) {
        for (name, value) in [("p", p), ("q", q), ("gamma", gamma)] where !(value > 0 && value.isFinite) {
            throw .outOfRange(name: name, value: value)
        }
        self.p = p
        self.q = q
        self.gamma = gamma
    }

    /// The expected value of a purchase over all customers; `nil` for q ≤ 1, where there is none.
    public var meanValue: Double? { q > 1 ? p * gamma / (q - 1) : nil }

    /// The expected value of a customer's later purchases: between the own mean and that of all.
    ///
    /// - Returns: p (γ + x z) / (p x + q − 1); `nil` where the model has no mean, which is for p x + q ≤ 1.
    /// - Throws: ``LifetimeValueError/invalidCustomer(index:_:)`` for numbers that cannot be.
    public func expectedValue(_ customer: PurchaseValues) throws(LifetimeValueError) -> Double? {
        try customer.validate(index: 0)
        guard customer.purchases > 0 else { return meanValue }
        let x = Double(customer.purchases)
        let weight = p * x + q - 1
        guard weight > 0 else { return nil }
        let value = p * (gamma + x * customer.mean) / weight
        guard value.isFinite else { throw .invalidCustomer(index: 0, "\(customer.purchases) × \(customer.mean)") }
        return value
    }
}
