import Millrace
import Postgres

private let trainingStatement: Statement = """
    SELECT id, job_id FROM shop.model WHERE state = 'training' ORDER BY id
    """

/// One statement, so that a model is never failed with its blocks left behind.
private let giveUpStatement: Statement = """
    WITH given_up AS (
        UPDATE shop.model SET state = 'failed', finished_at = clock_timestamp(), customer_ids = '{}', item_ids = '{}', item_customers = '{}',
            item_seen_at = '{}'
        WHERE id = ANY ($1) AND state = 'training'
        RETURNING id
    ), interactions AS (
        DELETE FROM shop.interaction_block WHERE model_id IN (SELECT id FROM given_up)
    ), factors AS (
        DELETE FROM shop.factor_block WHERE model_id IN (SELECT id FROM given_up)
    ), gramians AS (
        DELETE FROM shop.factor_gramian WHERE model_id IN (SELECT id FROM given_up)
    ), listed AS (
        DELETE FROM shop.model_recommendation WHERE model_id IN (SELECT id FROM given_up)
    )
    SELECT id FROM given_up
    """

extension Session {
    /// Models whose training will not go on: a job of it failed, was cancelled, or is gone.
    func abandonedModels() async throws -> [Int64] {
        var abandoned: [Int64] = []
        for row in try await query(trainingStatement) {
            let (model, planner) = try row.decode(Int64.self, Int64.self)
            var last = JobID(planner)
            var standing = try await standing(of: last)
            while let successor = standing?.successor {
                last = successor
                standing = try await self.standing(of: last)
            }
            // Succeeded and no successor: finished since the list was read.
            if standing.map({ $0.state.isTerminal && $0.state != .succeeded }) ?? true { abandoned.append(model) }
        }
        return abandoned
    }

    /// Marks models in training as failed and removes their blocks.
    func giveUp(models: [Int64]) async throws {
        try await execute(giveUpStatement, models)
    }
}
