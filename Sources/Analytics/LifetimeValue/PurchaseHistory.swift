/// What BG/NBD needs of a customer; all times in one unit, such as weeks.
public struct PurchaseHistory: Sendable, Hashable {
    /// Purchases after the first.
    public var repeats: Int
    /// Time from the first purchase to the last; 0 without a repeat.
    public var recency: Double
    /// Time from the first purchase to the end of observation.
    public var age: Double

    /// A customer's history.
    public init(repeats: Int, recency: Double, age: Double) {
        self.repeats = repeats
        self.recency = recency
        self.age = age
    }

    func validate(index: Int) throws(LifetimeValueError) {
        guard recency.isFinite, age.isFinite else {
            throw .invalidCustomer(index: index, "recency \(recency) and age \(age) are not both finite")
        }
        guard repeats >= 0 else { throw .invalidCustomer(index: index, "\(repeats) repeat purchases") }
        guard recency >= 0, recency <= age else {
            throw .invalidCustomer(index: index, "recency \(recency) does not lie between 0 and the age \(age)")
        }
        guard repeats > 0 || recency == 0 else {
            throw .invalidCustomer(index: index, "recency \(recency) without a repeat purchase")
        }
        guard repeats == 0 || recency > 0 else {
            throw .invalidCustomer(index: index, "\(repeats) repeat purchases at the time of the first")
        }
    }
}
