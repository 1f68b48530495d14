import Analytics

extension TrainedModel {
    /// The lists of the customers of some blocks, with their reasons.
    ///
    /// - Parameters:
    ///   - blocks: blocks that follow each other.
    ///   - ids: which customers and items they are.
    ///   - catalogue: what is known of the items.
    ///   - check: called every few customers.
    func recommendations(
        for blocks: [Customers], ids: ModelIDs, catalogue: Catalogue, check: () throws -> Void
    ) throws -> [Recommendation] {
        let rules = ListRules(arguments: arguments, catalogue: catalogue, items: items)
        let lists = try topItems(
            for: blocks, count: rules.candidates, isRecommendable: catalogue.isRecommendable, check: check)
        var found: [Recommendation] = []
        for (customers, candidates) in zip(blocks, lists) {
            for row in 0..<candidates.rows {
                try check()
                let customer = ids.customers[customers.interactions.firstRow + row]
                let list = try rules.list(from: candidates.list(ofRow: row), customer: customer) {
                    !customers.excluded.contains(row: row, column: $0)
                }
                let reasons = try reasons(
                    for: list.filter { $0.origin == .model }.map(\.entry.item), row, of: customers)
                for (rank, line) in list.enumerated() {
                    let because = reasons[line.entry.item] ?? .none
                    found.append(
                        Recommendation(
                            customer: customer, rank: Int16(rank + 1), item: ids.items[Int(line.entry.item)],
                            score: line.entry.score, origin: line.origin, because: because.json(itemIDs: ids.items)))
                }
            }
        }
        return found
    }

    private func reasons(
        for targets: [Int32], _ row: Int, of customers: Customers
    ) throws -> [Int32: RecommendationReasons] {
        let past = customers.interactions.columns(ofRow: row)
        guard !past.isEmpty else { return [:] }
        let explained = try explain(row: row, of: customers, items: targets)
        return Dictionary(
            uniqueKeysWithValues: explained.map { ($0.item, RecommendationReasons($0, past: past)) })
    }

    /// What the blocks' customers add to what the training minimised, block by block.
    func losses(of blocks: [Customers]) throws -> [BlockLoss] {
        try blocks.map { customers in
            BlockLoss(
                block: customers.block,
                value: try arguments.objective.observedPart(
                    of: customers.interactions, users: customers.factors, items: items))
        }
    }
}

/// What one block of customers adds to what the training minimised.
struct BlockLoss: Codable, Sendable, Equatable {
    let block: Int
    let value: Double
}
