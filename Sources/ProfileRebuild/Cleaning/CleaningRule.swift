/// A reason to leave an event out. The first that applies counts, in this order.
///
/// The raw value is the key in `profile_build.dropped`.
enum CleaningRule: String, Sendable, CaseIterable {
    /// Nobody is known to have done it.
    case guest
    /// The customer is not in `shop.customer`.
    case unknownCustomer = "unknown_customer"
    /// The item is not in `shop.item`.
    case unknownItem = "unknown_item"
    /// Postage, fees and the like.
    case notAProduct = "not_a_product"
    /// The time is infinite, before 1970, or more than a day after the database's clock. Left in, one row from the
    /// future would make every customer look lapsed.
    case impossibleTime = "impossible_time"
    /// A purchase or return at a price of zero or below, or without a price of an item that has none either.
    case badPrice = "bad_price"
    /// A quantity below 1 or above ``EventCleaner/largestQuantity``.
    case badQuantity = "bad_quantity"
    /// The same customer, item, time, kind, quantity, price, order and device as an event that was kept.
    case duplicate
    /// A purchase that a later return of the same customer, item and quantity took back whole, and that return.
    case cancelled
    /// A return of more than the customer has bought of the item and not sent back yet: the purchase lies before the
    /// data, so the return has nothing to be taken off.
    case returnWithoutPurchase = "return_without_purchase"
}

/// How many events each rule left out.
struct CleaningCounts: Sendable, Equatable {
    /// Events looked at.
    var read = 0
    private var dropped: [CleaningRule: Int] = [:]

    subscript(rule: CleaningRule) -> Int {
        get { dropped[rule, default: 0] }
        set { dropped[rule] = newValue == 0 ? nil : newValue }
    }

    /// Takes in the counts of another shard.
    mutating func add(_ other: CleaningCounts) {
        read += other.read
        for (rule, count) in other.dropped { self[rule] += count }
    }

    /// Events left.
    var kept: Int { read - dropped.values.reduce(0, +) }

    /// Counts by the rules' names; a rule that dropped nothing is there with 0.
    var byName: [String: Int] {
        Dictionary(uniqueKeysWithValues: CleaningRule.allCases.map { ($0.rawValue, self[$0]) })
    }

    /// Counts that another job has written down.
    init(read: Int = 0, byName: [String: Int] = [:]) {
        self.read = read
        for rule in CleaningRule.allCases { self[rule] = byName[rule.rawValue] ?? 0 }
    }
}
