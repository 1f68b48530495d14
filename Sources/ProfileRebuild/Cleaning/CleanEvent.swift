import Shop

/// An event of a known customer with a known product, a possible time, and a price above zero where it is a sale.
struct CleanEvent: Sendable, Equatable, Comparable {
    var at: Timestamp
    var kind: EventKind
    var item: Int32
    /// Pieces, from 1.
    var quantity: Int32
    /// Of one piece; of what is no purchase or return the catalogue's where the event has none, 0 where neither does.
    var price: Double
    /// Stands for the order or visit.
    var order: Int64?
    var device: String?

    /// Price times quantity.
    var amount: Double { price * Double(quantity) }

    /// By time; at one time purchases come before returns, and everything else decides ties so that the order of the
    /// rows in the table does not.
    static func < (left: CleanEvent, right: CleanEvent) -> Bool {
        if left.at != right.at { return left.at < right.at }
        if left.kind != right.kind { return left.kind.rank < right.kind.rank }
        if left.item != right.item { return left.item < right.item }
        if left.quantity != right.quantity { return left.quantity < right.quantity }
        if left.price != right.price { return left.price < right.price }
        if left.order != right.order { return (left.order ?? .min) < (right.order ?? .min) }
        return (left.device ?? "") < (right.device ?? "")
    }
}

extension EventKind {
    fileprivate var rank: Int {
        switch self {
        case .view: 0
        case .click: 1
        case .cart: 2
        case .purchase: 3
        case .return: 4
        case .review: 5
        }
    }
}
