import Millrace
import Postgres

/// Trainings that end at the same moment do so one after the other; readers are not held up.
private let lockStatement: Statement = "LOCK TABLE shop.recommendation IN SHARE ROW EXCLUSIVE MODE"

private let unserveStatement: Statement =
    "UPDATE shop.model SET served = false WHERE kind = 'als' AND served AND id < $1"

/// A training that was planned before the one that is served by now does not take its place.
private let endStatement: Statement = """
    UPDATE shop.model
    SET state = 'ready', finished_at = clock_timestamp(), metrics = $2, served = $3 AND NOT EXISTS (
        SELECT FROM shop.model AS newer WHERE newer.kind = 'als' AND newer.served AND newer.id > $1)
    WHERE id = $1 AND state = 'training'
    RETURNING served
    """

private let clearStatement: Statement = "DELETE FROM shop.recommendation"

private let serveStatement: Statement = """
    INSERT INTO shop.recommendation (customer_id, rank, item_id, score, model_id, because)
    SELECT customer_id, rank, item_id, score, model_id, because
    FROM shop.recommendation_stage WHERE model_id = $1
    ORDER BY customer_id, rank
    """

private let unstageStatement: Statement = "DELETE FROM shop.recommendation_stage WHERE model_id = $1"

private let dropInteractionsStatement: Statement = "DELETE FROM shop.interaction_block WHERE model_id = $1"

/// Models keep their last factors while they are served or among the three newest that are ready.
private let retireStatement: Statement = """
    WITH retired AS (
        SELECT id FROM shop.model AS old
        WHERE kind = 'als' AND state = 'ready' AND NOT served AND (
            SELECT count(*) FROM shop.model AS newer
            WHERE newer.kind = 'als' AND newer.state = 'ready' AND newer.id > old.id) >= 3
    ), gramians AS (
        DELETE FROM shop.factor_gramian WHERE model_id IN (SELECT id FROM retired)
    )
    DELETE FROM shop.factor_block WHERE model_id IN (SELECT id FROM retired)
    """

extension Transaction {
    /// Ends a training: marks the model ready and, when asked to, serves it, its recommendations in place of the old ones.
    ///
    /// A model that was planned before the one served by now is kept, but does not take its place.
    ///
    /// - Parameter serves: false for a measurement.
    /// - Throws: `PermanentFailure` when the model was given up meanwhile.
    func endTraining(of model: Int64, metrics: JSONText, serves: Bool) async throws {
        try await execute(lockStatement)
        if serves { try await execute(unserveStatement, model) }
        guard let row = try await first(endStatement, model, metrics, serves) else {
            throw PermanentFailure("the training of model \(model) was given up  →  start a new one")
        }
        if try row[0] {
            try await execute(clearStatement)
            try await execute(serveStatement, model)
        }
        try await execute(unstageStatement, model)
        try await execute(dropInteractionsStatement, model)
        try await execute(retireStatement)
    }
}
