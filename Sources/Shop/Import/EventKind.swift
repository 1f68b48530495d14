/// What a customer did with an item. The raw value is what files and the database hold.
public enum EventKind: String, Sendable, CaseIterable {
    /// Looked at it.
    case view
    /// Followed a link to it, from a mail or a list.
    case click
    /// Put it into the basket.
    case cart
    /// Bought it.
    case purchase
    /// Sent it back, or cancelled the line.
    case `return`
    /// Wrote a review of it.
    case review
}
