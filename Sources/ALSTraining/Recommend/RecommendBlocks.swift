import Analytics

extension TrainedModel {
    /// The lists of the customers of some blocks, with their reasons.
    ///
    /// - Parameters:
    ///   - blocks: blocks that follow each other.
    ///   - assortment: what lists are made from.
    ///   - check: called every few customers.
    func recommendations(
        for blocks: [Customers], from assortment: Assortment, check: () throws -> Void
    ) throws -> [Recommendation] {
        let catalogue = assortment.catalogue
        let rules = ListRules(arguments: arguments, catalogue: catalogue, items: assortment.factors)
        let lists = try topItems(
            for: blocks, of: assortment.factors, count: rules.candidates, isRecommendable: catalogue.isRecommendable,
            check: check)
        // A block's explanations hold a number for each line and past item, so one block's are enough at a time.
        return try zip(blocks, lists).flatMap { customers, candidates in
            try lines(for: customers, from: candidates, by: rules, assortment, check: check)
        }
    }

    private func lines(
        for customers: Customers, from candidates: RankedLists, by rules: ListRules, _ assortment: Assortment,
        check: () throws -> Void
    ) throws -> [Recommendation] {
        let ids = assortment.ids
        var chosen: [(customer: Int32, list: [ListRules.Line])] = []
        var scores: [ScoresToExplain] = []
        for row in 0..<candidates.rows {
            try check()
            let customer = ids.customers[customers.interactions.firstRow + row]
            let list = try rules.list(from: candidates.list(ofRow: row), customer: customer) {
                !customers.excluded.contains(row: row, column: $0)
            }
            chosen.append((customer, list))
            scores.append(
                ScoresToExplain(
                    targets: list.filter { $0.origin == .model }.map(\.entry.item),
                    columns: customers.interactions.columns(ofRow: row),
                    values: customers.interactions.values(ofRow: row)))
        }
        let explained = try explain(scores, by: assortment.factors, check: check)
        var found: [Recommendation] = []
        for ((customer, list), (explanations, past)) in zip(chosen, zip(explained, scores.lazy.map(\.columns))) {
            let reasons = Dictionary(
                uniqueKeysWithValues: explanations.map { ($0.item, RecommendationReasons($0, past: past)) })
            for (rank, line) in list.enumerated() {
                let because = reasons[line.entry.item] ?? .none
                let isNew = line.origin == .model && line.entry.item >= assortment.known
                found.append(
                    Recommendation(
                        customer: customer, rank: Int16(rank + 1), item: ids.items[Int(line.entry.item)],
                        score: line.entry.score, origin: isNew ? .new : line.origin,
                        because: because.json(itemIDs: ids.items)))
            }
        }
        return found
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
