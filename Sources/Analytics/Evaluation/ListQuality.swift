/// What ranked lists look like beside their hits: how much of the catalogue they show, how new and how varied they are,
/// and how far they lean to popular items.
public struct ListQuality: Sendable, Equatable, Codable {
    /// Share of all items that some list holds.
    public let coverage: Double
    /// Mean of −log₂(users of the item / users) over listed items, items nobody has counted as one user: bits of
    /// surprise.
    ///
    /// - Source: Vargas and Castells 2011, "Rank and relevance in novelty and diversity metrics".
    public let novelty: Double
    /// Mean over lists of 1 − the mean cosine between the factors of two items of the list; nil without factors or when
    /// no list has two items.
    public let diversity: Double?
    /// Gini coefficient of how often each item is listed: 0 all alike, towards 1 a few items have it all.
    public let gini: Double
    /// Mean users of a listed item divided by the mean users of an item in the users' own history: above 1 the lists lean
    /// further to popular items than their readers do.
    ///
    /// - Source: Abdollahpouri et al. 2019, "The unfairness of popularity bias in recommendation" (GAP ratio).
    public let popularityLift: Double

    /// Measures lists.
    ///
    /// - Parameters:
    ///   - lists: one per row of `history`.
    ///   - history: what the users did before, `users × items`.
    ///   - k: only the first k of each list count, at least 1.
    ///   - factors: of the items, for the diversity.
    /// - Throws: ``RankingError`` when sizes do not fit or nothing is listed.
    public init(
        of lists: RankedLists, history: InteractionBlock, at k: Int, factors: FactorMatrix? = nil
    ) throws(RankingError) {
        guard k >= 1 else { throw .invalidCount(k) }
        guard lists.rows == history.rows, factors.map({ $0.rows == history.columnCount }) ?? true else {
            throw .mismatch("\(lists.rows) lists, \(history.rows) × \(history.columnCount) interactions")
        }
        var users = [Double](repeating: 0, count: history.columnCount)
        for column in history.columns { users[Int(column)] += 1 }
        var listed = [Double](repeating: 0, count: history.columnCount)
        var surprise = 0.0
        var popularity = 0.0
        var shown = 0.0
        var diversities: [Double] = []
        for row in 0..<lists.rows {
            let items = lists.items(ofRow: row).prefix(k)
            for item in items {
                guard history.columnCount > Int(item), item >= 0 else {
                    throw .mismatch("item \(item) is not among \(history.columnCount)")
                }
                listed[Int(item)] += 1
                shown += 1
                popularity += users[Int(item)]
                surprise -= Elementary.log2(max(1, users[Int(item)]) / Double(max(1, history.rows)))
            }
            if let factors, items.count > 1 { diversities.append(1 - Self.meanCosine(items, factors)) }
        }
        guard shown > 0, history.count > 0 else { throw .nothingHeldOut }
        coverage = Double(listed.count { $0 > 0 }) / Double(listed.count)
        novelty = surprise / shown
        diversity = diversities.isEmpty ? nil : diversities.reduce(0, +) / Double(diversities.count)
        gini = Self.gini(listed)
        let own = history.columns.reduce(0.0) { $0 + users[Int($1)] } / Double(history.count)
        popularityLift = popularity / shown / own
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
