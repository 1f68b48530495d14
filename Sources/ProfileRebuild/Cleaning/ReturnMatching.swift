import Shop

/// Sets a customer's returns against the purchases before them.
///
/// A return takes back the latest earlier purchase of the same item and the same quantity that nothing has been
/// returned of: both go. Failing that it is taken off the latest purchases of the item that have as many pieces left
/// and stays; more than is left was bought before the data begin, and goes.
struct ReturnMatching: Sendable {
    /// What is left, in the order given.
    let kept: [CleanEvent]
    /// Purchases taken back whole.
    let cancelledPairs: Int
    /// Returns among ``kept``.
    let returnsKept: Int
    /// Returns of more than was bought.
    let orphans: Int

    /// - Parameter events: of one customer, in the order of time.
    init(_ events: [CleanEvent]) {
        guard events.contains(where: { $0.kind == .return }) else {
            (kept, cancelledPairs, returnsKept, orphans) = (events, 0, 0, 0)
            return
        }
        var open: [Int32: [(index: Int, left: Int32)]] = [:]
        var isDropped = [Bool](repeating: false, count: events.count)
        var pairs = 0
        var partial = 0
        var orphans = 0
        for (index, event) in events.enumerated() {
            if event.kind == .purchase { open[event.item, default: []].append((index, event.quantity)) }
            guard event.kind == .return else { continue }
            var purchases = open[event.item] ?? []
            let whole = purchases.lastIndex { purchase in
                purchase.left == event.quantity && events[purchase.index].quantity == event.quantity
            }
            if let whole {
                isDropped[purchases[whole].index] = true
                isDropped[index] = true
                purchases.remove(at: whole)
                pairs += 1
            } else if purchases.reduce(0, { $0 + Int($1.left) }) >= Int(event.quantity) {
                Self.take(event.quantity, offTheLatestOf: &purchases)
                partial += 1
            } else {
                isDropped[index] = true
                orphans += 1
            }
            open[event.item] = purchases
        }
        kept = events.indices.filter { !isDropped[$0] }.map { events[$0] }
        (cancelledPairs, returnsKept, self.orphans) = (pairs, partial, orphans)
    }

    private static func take(_ quantity: Int32, offTheLatestOf purchases: inout [(index: Int, left: Int32)]) {
        var rest = quantity
        while rest > 0, let last = purchases.indices.last {
            let taken = min(rest, purchases[last].left)
            rest -= taken
            purchases[last].left -= taken
            if purchases[last].left == 0 { purchases.removeLast() }
        }
    }
}
