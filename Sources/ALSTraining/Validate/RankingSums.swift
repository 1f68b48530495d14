import Analytics

/// How well lists hit what was held out, summed over the customers of one fixed block; see `RankingQuality`.
///
/// Blocks are added in their order, so no measure depends on the number of shards.
struct RankingSums: Codable, Sendable, Equatable {
    var customers = 0
    var hits = 0.0
    var ndcg = 0.0
    var recall = 0.0

    init() {}

    /// - Returns: nil when no customer of the block has anything held out.
    init?(_ lists: RankedLists, heldOut: InteractionBlock, at k: Int) throws(RankingError) {
        guard heldOut.count > 0 else { return nil }
        let quality = try RankingQuality(of: lists, heldOut: heldOut, at: k)
        customers = quality.rows.count
        hits = quality.hitRate.reduce(0, +)
        ndcg = quality.ndcg.reduce(0, +)
        recall = quality.recall.reduce(0, +)
    }

    mutating func add(_ other: RankingSums) {
        customers += other.customers
        hits += other.hits
        ndcg += other.ndcg
        recall += other.recall
    }
}
