/// How well ranked lists hit what was held out, one number per user that has something held out.
///
/// With `hits` the held-out items among the first `k` of a user's list and T the user's held-out items:
/// recall = hits / min(k, |T|); hit rate = 1 if hits > 0; NDCG = Σ over hits of 1 / log₂(position + 1), positions from
/// 1, divided by the same sum for a list that begins with min(k, |T|) hits; recall of all = hits / |T|; average precision
/// = Σ over hits of (hits up to there / position), divided by min(k, |T|).
public struct RankingQuality: Sendable, Equatable {
    /// The cut-off.
    public let k: Int
    /// The rows that count: those with something held out, ascending.
    public let rows: [Int]
    /// Recall at k of each counted row.
    public let recall: [Double]
    /// Hits among the first k by all held-out items of each counted row, however many they are.
    public let recallOfAll: [Double]
    /// Average precision at k of each counted row.
    public let averagePrecision: [Double]
    /// Hit rate at k of each counted row, 0 or 1.
    public let hitRate: [Double]
    /// NDCG at k of each counted row.
    public let ndcg: [Double]

    /// Compares lists with what was held out.
    ///
    /// - Parameters:
    ///   - lists: one per row of `heldOut`; a list shorter than `k` simply has fewer chances.
    ///   - heldOut: the items to hit; values are ignored. Rows without any do not count.
    ///   - k: the cut-off, at least 1.
    /// - Throws: ``RankingError`` when the rows differ in number, `k` is not positive, or no row has anything held out.
    public init(of lists: RankedLists, heldOut: InteractionBlock, at k: Int) throws(RankingError) {
        guard k >= 1 else { throw .invalidCount(k) }
        guard lists.rows == heldOut.rows else {
            throw .mismatch("\(lists.rows) lists for \(heldOut.rows) rows of held-out items")
        }
        // A cut-off beyond the longest list asks for no more places than there are.
        let places = (0..<lists.rows).map { max(lists.items(ofRow: $0).count, heldOut.columns(ofRow: $0).count) }
        let gains = (0..<min(k, places.max() ?? 0)).map { 1 / Elementary.log2(Double($0 + 2)) }
        var rows: [Int] = []
        var recall: [Double] = []
        var recallOfAll: [Double] = []
        var averagePrecision: [Double] = []
        var hitRate: [Double] = []
        var ndcg: [Double] = []
        for row in 0..<lists.rows {
            let wanted = Set(heldOut.columns(ofRow: row))
            guard !wanted.isEmpty else { continue }
            var hits = 0
            var gain = 0.0
            var precision = 0.0
            for (position, item) in lists.items(ofRow: row).prefix(k).enumerated() where wanted.contains(item) {
                hits += 1
                gain += gains[position]
                precision += Double(hits) / Double(position + 1)
            }
            let best = min(k, wanted.count)
            rows.append(row)
            recall.append(Double(hits) / Double(best))
            recallOfAll.append(Double(hits) / Double(wanted.count))
            averagePrecision.append(precision / Double(best))
            hitRate.append(hits > 0 ? 1 : 0)
            ndcg.append(gain / gains[..<best].reduce(0, +))
        }
        guard !rows.isEmpty else { throw .nothingHeldOut }
        self.k = k
        self.rows = rows
        self.recall = recall
        self.recallOfAll = recallOfAll
        self.averagePrecision = averagePrecision
        self.hitRate = hitRate
        self.ndcg = ndcg
    }

    /// Mean recall at k.
    public var meanRecall: Double { Self.mean(recall) }
    /// Mean recall of all.
    public var meanRecallOfAll: Double { Self.mean(recallOfAll) }
    /// Mean average precision (MAP) at k.
    public var meanAveragePrecision: Double { Self.mean(averagePrecision) }
    /// Share of users with at least one hit.
    public var meanHitRate: Double { Self.mean(hitRate) }
    /// Mean NDCG at k.
    public var meanNDCG: Double { Self.mean(ndcg) }

    private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
}
