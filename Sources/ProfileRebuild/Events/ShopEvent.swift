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
}

extension Timestamp {
    static let microsecondsPerDay: Int64 = 86_400_000_000

    /// Days from an earlier moment to this one.
    func days(since earlier: Timestamp) -> Double {
        Double(microseconds - earlier.microseconds) / Double(Self.microsecondsPerDay)
    }
}
