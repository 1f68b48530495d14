/// The best `limit` of the items offered, by score, the lower item index first on equal scores.
///
/// A binary heap with the worst kept item at its root.
struct BoundedHeap {
    private let limit: Int
    private var entries: [(score: Float, item: Int32)] = []

    init(limit: Int) {
        self.limit = limit
        entries.reserveCapacity(limit)
    }

    /// An item must score more than this, or as much with a lower index than the worst one kept.
    var threshold: Float { entries.count < limit ? -.infinity : entries[0].score }

    mutating func offer(_ item: Int32, score: Float) {
        let entry = (score: score, item: item)
        if entries.count < limit {
            entries.append(entry)
            var child = entries.count - 1
            while child > 0, Self.isWorse(entries[child], entries[(child - 1) / 2]) {
                entries.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        } else if Self.isWorse(entries[0], entry) {
            entries[0] = entry
            siftDown(from: 0)
        }
    }

    /// Removes all entries, best first.
    mutating func drain(into items: inout [Int32], _ scores: inout [Float]) {
        entries.sort { Self.isWorse($1, $0) }
        for entry in entries {
            items.append(entry.item)
            scores.append(entry.score)
        }
        entries.removeAll(keepingCapacity: true)
    }

    private mutating func siftDown(from start: Int) {
        var parent = start
        while true {
            var worst = parent
            let left = 2 * parent + 1
            if left < entries.count, Self.isWorse(entries[left], entries[worst]) { worst = left }
            if left + 1 < entries.count, Self.isWorse(entries[left + 1], entries[worst]) { worst = left + 1 }
            if worst == parent { return }
            entries.swapAt(parent, worst)
            parent = worst
        }
    }

    private static func isWorse(_ a: (score: Float, item: Int32), _ b: (score: Float, item: Int32)) -> Bool {
        a.score < b.score || (a.score == b.score && a.item > b.item)
    }
}
