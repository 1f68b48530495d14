import Analytics

/// What turns the best items of a customer into the list that the customer gets.
///
/// In this order: new items are lifted; items beyond the cap of their category are left out; the list is chosen by maximal
/// marginal relevance; popular items fill it up, within the cap; some places go to items that are drawn.
struct ListRules: Sendable {
    let arguments: TrainingArguments
    let catalogue: Catalogue
    let items: FactorMatrix

    /// An item of a list, and what brought it there.
    typealias Line = (entry: ScoredItem, origin: Recommendation.Origin)

    /// How many candidates the rules choose from.
    var candidates: Int { arguments.reranks ? 5 * arguments.topN : arguments.topN }

    /// - Parameters:
    ///   - candidates: best first.
    ///   - customer: the customer's id, by which exploration draws.
    ///   - isAllowed: whether this customer may get an item, by column.
    func list(
        from candidates: [ScoredItem], customer: Int32, isAllowed: (Int32) -> Bool
    ) throws -> [Line] {
        let count = arguments.topN
        let scores = Dictionary(uniqueKeysWithValues: candidates.map { ($0.item, $0.score) })
        var list = try reranked(candidates)
        if list.count < count {
            // Some more than are missing, since the cap may refuse some.
            list = list.filled(from: catalogue.popular, count: list.count + 5 * count) {
                scores[$0] == nil && isAllowed($0)
            }
            list = capped(list, count: count)
        }
        let ranked = list
        if arguments.exploration > 0 { list = try explored(list, customer: customer, isAllowed: isAllowed) }
        return list.enumerated().map { place, entry in
            if entry.item != ranked[place].item { return (entry, .explored) }
            guard let score = scores[entry.item] else { return (entry, .popular) }
            return (ScoredItem(item: entry.item, score: score), .model)
        }
    }

    /// The list of everybody whom the model does not know: so many of the popular items, by the same rules.
    func popular(count: Int) throws -> [ScoredItem] {
        let candidates = Array(catalogue.popular.prefix(5 * count))
        let scores = Dictionary(uniqueKeysWithValues: candidates.map { ($0.item, $0.score) })
        var rules = self.arguments
        rules.topN = count
        return try ListRules(arguments: rules, catalogue: catalogue, items: items).reranked(candidates)
            .map { ScoredItem(item: $0.item, score: scores[$0.item] ?? $0.score) }
    }

    private func reranked(_ candidates: [ScoredItem]) throws(RankingError) -> [ScoredItem] {
        var list = candidates
        if arguments.freshness > 0 {
            list = try list.boostingFreshness(
                weight: arguments.freshness, halfLife: arguments.freshnessHalfLifeDays
            ) { catalogue.ages[Int($0)] }
        }
        list = capped(list, count: arguments.diversity > 0 ? list.count : arguments.topN)
        guard arguments.diversity > 0, !list.isEmpty else { return Array(list.prefix(arguments.topN)) }
        return try list.diversified(count: arguments.topN, relevance: 1 - arguments.diversity, factors: items)
    }

    private func capped(_ list: [ScoredItem], count: Int) -> [ScoredItem] {
        guard arguments.categoryCap > 0 else { return Array(list.prefix(count)) }
        return list.capped(perCategory: arguments.categoryCap, count: count) { catalogue.categories[Int($0)] }
    }

    /// Draws from some items of the whole catalogue, so that the work does not grow with it.
    private func explored(
        _ list: [ScoredItem], customer: Int32, isAllowed: (Int32) -> Bool
    ) throws(RankingError) -> [ScoredItem] {
        guard !catalogue.popular.isEmpty else { return list }
        let seed = UInt64(bitPattern: Int64(arguments.seed))
        var generator = SeededGenerator(seed: seed &+ 1, stream: UInt64(UInt32(bitPattern: customer)))
        var pool: [Int32] = []
        for _ in 0..<10 * arguments.topN {
            let item = catalogue.popular[generator.integer(below: catalogue.popular.count)].item
            if isAllowed(item), !pool.contains(item) { pool.append(item) }
        }
        return try list.exploring(
            share: arguments.exploration, pool: pool, seed: seed, row: Int(UInt32(bitPattern: customer)))
    }
}
