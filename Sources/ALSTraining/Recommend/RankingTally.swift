import Analytics

/// How well lists hit what was held out, summed over the customers of one fixed block.
///
/// Blocks are added in their order, so the measure does not depend on the number of shards either.
struct RankingTally: Codable, Sendable, Equatable {
    let block: Int
    let customers: Int
    let als: Sums
    let popular: Sums

    /// Sums over customers; see `RankingQuality` for the definitions.
    struct Sums: Codable, Sendable, Equatable {
        var hits = 0.0
        var ndcg = 0.0
        var recall = 0.0

        init() {}

        init(_ quality: RankingQuality) {
            hits = quality.hitRate.reduce(0, +)
            ndcg = quality.ndcg.reduce(0, +)
            recall = quality.recall.reduce(0, +)
        }

        mutating func add(_ other: Sums) {
            hits += other.hits
            ndcg += other.ndcg
            recall += other.recall
        }
    }

    /// - Returns: nil when no customer of the block has anything held out.
    init?(
        block: Int, als: RankedLists, popular: RankedLists, heldOut: InteractionBlock, at k: Int
    ) throws(RankingError) {
        guard heldOut.count > 0 else { return nil }
        let quality = try RankingQuality(of: als, heldOut: heldOut, at: k)
        self.block = block
        customers = quality.rows.count
        self.als = Sums(quality)
        self.popular = Sums(try RankingQuality(of: popular, heldOut: heldOut, at: k))
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

        init(_ sums: RankingTally.Sums, customers: Int) {
            hitRate = sums.hits / Double(customers)
            ndcg = sums.ndcg / Double(customers)
            recall = sums.recall / Double(customers)
        }
    }

    /// - Returns: nil when nothing was measured.
    init?(_ tallies: [RankingTally], k: Int) {
        var customers = 0
        var als = RankingTally.Sums()
        var popular = RankingTally.Sums()
        for tally in tallies.sorted(by: { $0.block < $1.block }) {
            customers += tally.customers
            als.add(tally.als)
            popular.add(tally.popular)
        }
        guard customers > 0 else { return nil }
        self.k = k
        self.customers = customers
        self.als = Means(als, customers: customers)
        self.popular = Means(popular, customers: customers)
    }
}
