/// What BG/NBD's companion knows of a customer's purchases.
public struct PurchaseValues: Sendable, Hashable {
    /// How many purchases the mean was formed of; usually the repeats.
    public var purchases: Int
    /// The mean value of a purchase.
    public var mean: Double

    /// A customer's purchases.
    public init(purchases: Int, mean: Double) {
        self.purchases = purchases
        self.mean = mean
    }

    func validate(index: Int) throws(LifetimeValueError) {
        guard purchases >= 0 else { throw .invalidCustomer(index: index, "\(purchases) purchases") }
        guard purchases == 0 || (mean > 0 && mean.isFinite) else {
            throw .invalidCustomer(index: index, "a mean value of \(mean)")
        }
    }
}
