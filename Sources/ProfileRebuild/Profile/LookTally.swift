import Shop

/// One customer's views, clicks and carts.
struct LookTally: Sendable {
    private(set) var count = 0
    /// By category; a click counts as two views, a cart as four.
    private(set) var weights: [Int32: Double] = [:]

    mutating func add(_ kind: EventKind, category: Int32) {
        let weight: Double
        switch kind {
        case .view: weight = 1
        case .click: weight = 2
        case .cart: weight = 4
        case .purchase, .return, .review: return
        }
        count += 1
        weights[category, default: 0] += weight
    }
}

/// The devices of one customer's events.
struct DeviceTally: Sendable {
    /// Ascending.
    let names: [String]
    /// Events by index into ``names``.
    let weights: [Int32: Double]

    init(_ events: [CleanEvent]) {
        var counts: [String: Double] = [:]
        for event in events {
            if let device = event.device { counts[device, default: 0] += 1 }
        }
        let names = counts.keys.sorted()
        self.names = names
        weights = Dictionary(uniqueKeysWithValues: names.enumerated().map { (Int32($0), counts[$1] ?? 0) })
    }
}
