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
        let factors: FactorMatrix
        /// What they showed interest in.
        let interactions: InteractionBlock
        /// What they must not get; no interactions when they may get everything.
        let excluded: InteractionBlock
    }

    /// Reads a block of customers.
    func customers(ofBlock block: Int, from session: some Session) async throws -> Customers {
        let run = block..<block + 1
        let interactions = try await session.interactions(model: model.id, role: .user, blocks: run)[0]
        let excluded: InteractionBlock
        if model.plan.arguments.excludeBought {
            excluded = try await session.interactions(model: model.id, role: .bought, blocks: run)[0]
        } else {
            excluded = try permanently {
                try InteractionBlock(
                    [], firstRow: interactions.firstRow, rows: interactions.rows, columnCount: items.rows)
            }
        }
        return Customers(
            factors: try await session.factors(model: model.id, half: Self.last(.user, of: model), blocks: run),
            interactions: interactions, excluded: excluded)
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
