import Analytics
import Postgres

/// A model after its last iteration, with all item factors in memory.
struct TrainedModel: Sendable {
    let model: TrainingModel
    let items: FactorMatrix
    let gramian: Gramian

    /// The last half-iteration of a side.
    static func last(_ side: Side, of model: TrainingModel) -> HalfIteration {
        HalfIteration(side: side, iteration: model.plan.arguments.iterations)
    }

    init(_ model: TrainingModel, from session: some Session) async throws {
        self.model = model
        items = try await session.factors(of: model, half: Self.last(.item, of: model))
        gramian = try await session.gramian(model: model.id, half: Self.last(.item, of: model))
    }

    /// The customers of one block.
    struct Customers: Sendable {
        let block: Int
        let factors: FactorMatrix
        /// What they showed interest in.
        let interactions: InteractionBlock
        /// What they must not get; no interactions when they may get everything.
        let excluded: InteractionBlock
    }

    /// Reads the customers of a run of blocks.
    func customers(ofBlocks blocks: Range<Int>, from session: some Session) async throws -> [Customers] {
        let last = Self.last(.user, of: model)
        let factors = try await session.factorBlocks(model: model.id, half: last, blocks: blocks)
        let interactions = try await session.interactions(model: model.id, role: .user, blocks: blocks)
        let excluded =
            model.plan.arguments.excludeBought
            ? try await session.interactions(model: model.id, role: .bought, blocks: blocks)
            : try permanently {
                try interactions.map {
                    try InteractionBlock([], firstRow: $0.firstRow, rows: $0.rows, columnCount: items.rows)
                }
            }
        return blocks.enumerated().map { index, block in
            Customers(
                block: block, factors: factors[index], interactions: interactions[index], excluded: excluded[index])
        }
    }

    /// The best items of each customer of a block.
    func topItems(
        for customers: Customers, recommendable: [Bool]?, check: () throws -> Void
    ) throws -> RankedLists {
        try Analytics.topItems(
            users: customers.factors, items: items, count: model.plan.arguments.topN, excluding: customers.excluded,
            recommendable: recommendable, check: check)
    }

    /// What made up the scores of a customer's items.
    func explain(row: Int, of customers: Customers, items targets: [Int32]) throws -> [ScoreExplanation] {
        try explainScores(
            columns: customers.interactions.columns(ofRow: row), values: customers.interactions.values(ofRow: row),
            targets: targets, items: items, gramian: gramian, objective: model.plan.arguments.objective)
    }
}
