/// What each user's list adds to the measures of ``ListQuality``, so that they can be formed of any sample of users.
struct ListFacts: Sendable {
    /// One user.
    private struct Row: Sendable {
        var shown = 0.0
        var surprise = 0.0
        var popularity = 0.0
        /// Nil when the list has fewer than two items.
        var diversity: Double?
        var own = 0.0
        var ownCount = 0.0
    }

    private var facts: [Row] = []
    private let items: [Int32]
    private let offsets: [Int]
    private let itemCount: Int

    /// The number of users.
    var rows: Int { facts.count }

    init(
        of lists: RankedLists, history: InteractionBlock, at k: Int, factors: FactorMatrix?
    ) throws(RankingError) {
        guard k >= 1 else { throw .invalidCount(k) }
        guard lists.rows == history.rows, factors.map({ $0.rows == history.columnCount }) ?? true else {
            throw .mismatch("\(lists.rows) lists, \(history.rows) × \(history.columnCount) interactions")
        }
        var users = [Double](repeating: 0, count: history.columnCount)
        for column in history.columns { users[Int(column)] += 1 }
        var listed: [Int32] = []
        var offsets = [0]
        for row in 0..<lists.rows {
            var fact = Row()
            let list = lists.items(ofRow: row).prefix(k)
            for item in list {
                guard history.columnCount > Int(item), item >= 0 else {
                    throw .mismatch("item \(item) is not among \(history.columnCount)")
                }
                fact.shown += 1
                fact.popularity += users[Int(item)]
                fact.surprise -= Elementary.log2(max(1, users[Int(item)]) / Double(max(1, history.rows)))
            }
            if let factors, list.count > 1 { fact.diversity = 1 - Self.meanCosine(list, factors) }
            for column in history.columns(ofRow: row) { fact.own += users[Int(column)] }
            fact.ownCount = Double(history.columns(ofRow: row).count)
            listed += list
            offsets.append(listed.count)
            facts.append(fact)
        }
        items = listed
        self.offsets = offsets
        itemCount = history.columnCount
    }

    /// The measures when each user counts so many times; nil when they have no lists or no history.
    func quality(times: [Int]) -> ListQuality? {
        var sum = Row()
        var listed = [Double](repeating: 0, count: itemCount)
        var diversity = 0.0
        var diverse = 0.0
        for (row, fact) in facts.enumerated() where times[row] > 0 {
            let weight = Double(times[row])
            sum.shown += weight * fact.shown
            sum.surprise += weight * fact.surprise
            sum.popularity += weight * fact.popularity
            sum.own += weight * fact.own
            sum.ownCount += weight * fact.ownCount
            if let own = fact.diversity {
                diversity += weight * own
                diverse += weight
            }
            for position in offsets[row]..<offsets[row + 1] { listed[Int(items[position])] += weight }
        }
        guard sum.shown > 0, sum.ownCount > 0 else { return nil }
        return ListQuality(
            coverage: Double(listed.count { $0 > 0 }) / Double(listed.count), novelty: sum.surprise / sum.shown,
            diversity: diverse > 0 ? diversity / diverse : nil, gini: Self.gini(listed),
            popularityLift: sum.popularity / sum.shown / (sum.own / sum.ownCount))
    }

    private static func meanCosine(_ items: ArraySlice<Int32>, _ factors: FactorMatrix) -> Double {
        // Σ over pairs of unit vectors = (‖Σ‖² − n) / 2.
        var sum = [Double](repeating: 0, count: factors.rank)
        for item in items {
            let row = factors[Int(item)].map(Double.init)
            let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
            if norm > 0 { for (d, value) in row.enumerated() { sum[d] += value / norm } }
        }
        let n = Double(items.count)
        let units = Double(items.count { factors[Int($0)].contains { $0 != 0 } })
        return (sum.reduce(0) { $0 + $1 * $1 } - units) / (n * (n - 1))
    }

    private static func gini(_ counts: [Double]) -> Double {
        let sorted = counts.sorted()
        let n = Double(sorted.count)
        let total = sorted.reduce(0, +)
        let weighted = sorted.enumerated().reduce(0.0) { $0 + Double($1.offset + 1) * $1.element }
        return (2 * weighted / (n * total)) - (n + 1) / n
    }
}
