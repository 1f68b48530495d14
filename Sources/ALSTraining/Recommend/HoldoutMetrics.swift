import Analytics

/// How well recommendations and the most popular items hit what was held out from the customers of one block.
struct RankingTally: Codable, Sendable, Equatable {
    let block: Int
    let als: RankingSums
    let popular: RankingSums

    /// - Returns: nil when no customer of the block has anything held out.
    init?(
        block: Int, als: RankedLists, popular: RankedLists, heldOut: InteractionBlock, at k: Int
    ) throws(RankingError) {
        guard let als = try RankingSums(als, heldOut: heldOut, at: k),
            let popular = try RankingSums(popular, heldOut: heldOut, at: k)
        else { return nil }
        self.block = block
        self.als = als
        self.popular = popular
    }
}

/// The recommendations against most-popular on what was held out.
struct HoldoutMetrics: Codable, Sendable, Equatable {
    /// Length of the lists.
    let k: Int
    /// Customers with something held out.
    let customers: Int
    let als: Means
    let popular: Means

    /// Means over customers, from 0 to 1.
    struct Means: Codable, Sendable, Equatable {
        let hitRate: Double
        let ndcg: Double
        let recall: Double

        private enum CodingKeys: String, CodingKey {
            case ndcg, recall
            case hitRate = "hit_rate"
        }

        init(_ sums: RankingSums) {
            hitRate = sums.hits / Double(sums.customers)
            ndcg = sums.ndcg / Double(sums.customers)
            recall = sums.recall / Double(sums.customers)
        }
    }

    /// - Returns: nil when nothing was measured.
    init?(_ tallies: [RankingTally], k: Int) {
        let ordered = tallies.sorted { $0.block < $1.block }
        let als = ordered.reduce(into: RankingSums()) { $0.add($1.als) }
        let popular = ordered.reduce(into: RankingSums()) { $0.add($1.popular) }
        guard als.customers > 0 else { return nil }
        self.k = k
        customers = als.customers
        self.als = Means(als)
        self.popular = Means(popular)
    }
}
