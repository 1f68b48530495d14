/// The BG/NBD model of customers who buy at random times and may leave after any purchase.
///
/// While active a customer buys at a rate λ and leaves with probability p after each repeat purchase; over customers λ
/// has the distribution Γ(r, α) and p Beta(a, b).
///
/// - Source: Fader, Hardie and Lee 2005, "Counting your customers the easy way: an alternative to the Pareto/NBD model".
public struct BGNBD: Sendable, Equatable {
    /// Shape of the purchase rates.
    public let r: Double
    /// Scale of the purchase rates, in the unit of the times: their mean is r / α.
    public let alpha: Double
    /// First parameter of the probabilities of leaving.
    public let a: Double
    /// Second parameter: the mean probability is a / (a + b).
    public let b: Double

    /// A model of known parameters.
    ///
    /// - Throws: ``LifetimeValueError/outOfRange(name:value:)`` unless all are positive and finite.
    public init(r: Double, alpha: Double, a: Double, b: Double) throws(LifetimeValueError) {
        for (name, value) in [("r", r), ("alpha", alpha), ("a", a), ("b", b)] where !(value > 0 && value.isFinite) {
            throw .outOfRange(name: name, value: value)
        }
        self.r = r
        self.alpha = alpha
        self.a = a
        self.b = b
    }

    /// The probability that a customer is still active; 1 without a repeat purchase, as the model has it.
    ///
    /// - Throws: ``LifetimeValueError/invalidCustomer(index:_:)`` for numbers that cannot be.
    public func probabilityActive(_ customer: PurchaseHistory) throws(LifetimeValueError) -> Double {
        try customer.validate(index: 0)
        let probability = 1 / (1 + odds(customer))
        guard probability.isFinite else { throw .outOfRange(name: "age", value: customer.age) }
        return probability
    }

    /// The expected number of purchases of a customer in the time that follows the end of observation.
    ///
    /// - Parameter duration: in the unit of the times, not negative.
    /// - Throws: ``LifetimeValueError`` for numbers that cannot be, or when the hypergeometric series needs more than
    ///   a million terms, for durations above some 30,000 times the customer's age and α.
    public func expectedPurchases(
        of customer: PurchaseHistory, within duration: Double
    ) throws(LifetimeValueError) -> Double {
        try customer.validate(index: 0)
        guard duration >= 0, duration.isFinite else { throw .outOfRange(name: "duration", value: duration) }
        let purchases = try whileActive(customer, duration) / (1 + odds(customer))
        guard purchases.isFinite else { throw .outOfRange(name: "age \(customer.age) or duration", value: duration) }
        return purchases
    }

    /// The expected number of repeat purchases of a new customer in the time after the first.
    ///
    /// - Parameter duration: in the unit of the times, not negative.
    /// - Throws: As ``expectedPurchases(of:within:)``.
    public func expectedPurchases(within duration: Double) throws(LifetimeValueError) -> Double {
        try expectedPurchases(of: PurchaseHistory(repeats: 0, recency: 0, age: 0), within: duration)
    }

    /// The odds that the customer left after the last purchase: a / (b + x − 1) × ((α + T) / (α + t))^(r + x).
    private func odds(_ customer: PurchaseHistory) -> Double {
        guard customer.repeats > 0 else { return 0 }
        let x = Double(customer.repeats)
        let ratio = Elementary.log(alpha + customer.age) - Elementary.log(alpha + customer.recency)
        return a / (b + x - 1) * Elementary.exp((r + x) * ratio)
    }

    /// (c / (a − 1)) × (1 − (1 − z)^(r + x) ₂F₁(r + x, b + x; c; z)) with c = a + b + x − 1 and z = t / (α + T + t).
    ///
    /// After Euler's transformation the bracket is 1 − (1 − z)^(a − 1) ₂F₁(a + b − 1 − r, a − 1; c; z). With a − 1 taken
    /// out of it nothing cancels when a is near 1, and nothing overflows for many purchases.
    private func whileActive(_ customer: PurchaseHistory, _ duration: Double) throws(LifetimeValueError) -> Double {
        guard duration > 0 else { return 0 }
        let base = alpha + customer.age
        let z = duration / (base + duration)
        let excess = a - 1
        let first = a + b - 1 - r
        let c = a + b + Double(customer.repeats) - 1
        // c × Σ over n ≥ 1 of (first)_n (1 + excess)_(n − 1) / ((c)_n n!) zⁿ; c itself cancels, c + n is positive.
        var term = first * z
        var sum = term
        var n = 1.0
        while term.magnitude > 1e-16 * sum.magnitude {
            guard n < 1e6 else { throw .outOfRange(name: "duration", value: duration) }
            term *= (first + n) * (excess + n) / ((c + n) * (n + 1)) * z
            sum += term
            n += 1
        }
        let logarithm = Elementary.log(base) - Elementary.log(base + duration)
        let power = excess * logarithm
        return -c * logarithm * Elementary.exponentialQuotient(power) - Elementary.exp(power) * sum
    }
}
