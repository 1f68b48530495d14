import Analytics

extension TrainedModel {
    /// How well the lists of the customers of some blocks hit what was held out from them.
    ///
    /// - Parameters:
    ///   - blocks: blocks that follow each other.
    ///   - heldOut: what was held out, for each block.
    ///   - popular: all items, those with most customers first.
    ///   - check: called every few customers.
    /// - Returns: blocks in which somebody has something held out.
    func tallies(
        of blocks: [Customers], heldOut: [InteractionBlock], popular: PopularItems, check: () throws -> Void
    ) throws -> [RankingTally] {
        let count = arguments.topN
        let lists = try topItems(for: blocks, of: items, count: count, isRecommendable: nil, check: check)
        return try blocks.indices.compactMap { index in
            try check()
            return try RankingTally(
                block: blocks[index].block, als: lists[index],
                popular: try popular.topItems(count: count, excluding: blocks[index].excluded),
                heldOut: heldOut[index], at: count)
        }
    }
}
