/// How many customers two segmentations share, over the customers that both know.
struct SegmentOverlap: Sendable, Equatable {
    /// Customers of a previous segment (row) in a current one (column), by their indices from 0.
    let shared: [[Int]]
    /// Customers that both know.
    let customers: Int

    /// - Parameters:
    ///   - previous: segment numbers, from 1, by customer, ascending.
    ///   - current: the same of the new build.
    init(
        previous: Membership, previousSegments: Int, current: Membership, currentSegments: Int
    ) {
        var shared = [[Int]](repeating: [Int](repeating: 0, count: currentSegments), count: previousSegments)
        var (row, known) = (0, 0)
        for (customer, segment) in zip(current.customers, current.segments) {
            while row < previous.customers.count, previous.customers[row] < customer { row += 1 }
            guard row < previous.customers.count, previous.customers[row] == customer else { continue }
            known += 1
            // Somebody may have written to the table by hand.
            guard shared.indices.contains(previous.segments[row] - 1) else { continue }
            shared[previous.segments[row] - 1][segment - 1] += 1
        }
        self.shared = shared
        customers = known
    }

    func previousSize(_ previous: Int) -> Int { shared[previous].reduce(0, +) }
    func currentSize(_ current: Int) -> Int { shared.reduce(0) { $0 + $1[current] } }

    /// Customers in both, by those in either (Jaccard); 0 when there are none.
    func similarity(_ previous: Int, _ current: Int) -> Double {
        let both = shared[previous][current]
        let either = previousSize(previous) + currentSize(current) - both
        return either == 0 ? 0 : Double(both) / Double(either)
    }

    /// The current segment that most customers of a previous one are in, if that is at least half of them.
    func mainHeir(of previous: Int) -> Int? {
        majority(shared[previous], of: previousSize(previous))
    }

    /// The previous segment that most customers of a current one come from, if that is at least half of them.
    func mainOrigin(of current: Int) -> Int? {
        majority(shared.map { $0[current] }, of: currentSize(current))
    }

    private func majority(_ counts: [Int], of size: Int) -> Int? {
        guard size > 0, let most = counts.max(), 2 * most >= size else { return nil }
        return counts.firstIndex(of: most)
    }
}

/// Which segment each customer is in; arrays of one length.
struct Membership: Sendable, Equatable {
    /// Ascending.
    var customers: [Int32] = []
    /// From 1.
    var segments: [Int] = []
}
