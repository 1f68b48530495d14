import Shop

/// An event as `shop.event` holds it, in the smallest form that the cleaning and the features need.
struct ShopEvent: Sendable, Equatable {
    var kind: EventKind
    /// `nil` for a guest.
    var customer: Int32?
    var item: Int32
    var at: Timestamp
    /// Pieces.
    var quantity: Int32
    /// Of one piece; `nil` where the shop did not say.
    var price: Double?
    /// Stands for the order, or for the visit where there is no order; equal for equal references.
    var order: Int64?
    /// What was used; `nil` where the shop did not say.
    var device: String?
}

extension Timestamp {
    static let microsecondsPerDay: Int64 = 86_400_000_000

    /// The number of the UTC day, 0 for 2000-01-01.
    var day: Int64 {
        let rest = microseconds % Self.microsecondsPerDay
        return (microseconds - (rest < 0 ? rest + Self.microsecondsPerDay : rest)) / Self.microsecondsPerDay
    }

    /// Days from an earlier moment to this one.
    func days(since earlier: Timestamp) -> Double {
        Double(microseconds - earlier.microseconds) / Double(Self.microsecondsPerDay)
    }
}
