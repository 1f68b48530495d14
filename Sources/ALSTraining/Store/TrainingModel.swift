import Millrace
import Postgres

private let modelStatement: Statement = """
    SELECT state, parameters, cardinality(customer_ids), cardinality(item_ids), interactions FROM shop.model WHERE id = $1
    """

private let idsStatement: Statement = "SELECT customer_ids, item_ids FROM shop.model WHERE id = $1"

/// A model in training, without what can be large.
struct TrainingModel: Sendable {
    let id: Int64
    let plan: TrainingPlan
    let users: Int
    let items: Int
    let interactions: Int

    /// The number of rows of a side.
    func rows(of side: Side) -> Int { side == .user ? users : items }
}

/// Which customer and item each row stands for.
struct ModelIDs: Sendable {
    let customers: [Int32]
    let items: [Int32]
}

extension Session {
    /// Reads a model that is in training.
    ///
    /// - Throws: `PermanentFailure` when it is gone, or its training has ended.
    func trainingModel(_ id: Int64) async throws -> TrainingModel {
        guard let row = try await first(modelStatement, id) else {
            throw PermanentFailure("model \(id) is gone  →  start a new training: `millrace run als-training`")
        }
        let (state, parameters, users, items, interactions) = try row.decode(
            String.self, JSONText.self, Int.self, Int.self, Int.self)
        guard state == "training" else {
            throw PermanentFailure(
                "the training of model \(id) has ended (\(state)), and its blocks are gone  →  start a new one: "
                    + "`millrace run als-training`")
        }
        return TrainingModel(
            id: id, plan: try parameters.decode(), users: users, items: items, interactions: interactions)
    }

    /// Reads which customer and item each row of a model stands for.
    func modelIDs(_ id: Int64) async throws -> ModelIDs {
        let (customers, items) = try await query(idsStatement, id)[0].decode([Int32].self, [Int32].self)
        return ModelIDs(customers: customers, items: items)
    }
}
