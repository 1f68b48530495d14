import Millrace
import Postgres

/// Trainings that end at the same moment, and switches by hand, follow each other; readers are not held up.
private let lockStatement: Statement = "SELECT pg_advisory_xact_lock('shop.model'::regclass::bigint)"

/// A training that was planned before the model that is served by now does not take its place.
private let unserveStatement: Statement =
    "UPDATE shop.model SET served = false WHERE kind = 'als' AND served AND id < $1"

private let endStatement: Statement = """
    UPDATE shop.model
    SET state = 'ready', finished_at = clock_timestamp(), metrics = $2,
        version = (SELECT coalesce(max(other.version), 0) + 1 FROM shop.model AS other WHERE other.kind = model.kind),
        served = $3 AND NOT EXISTS (
            SELECT FROM shop.model AS newer WHERE newer.kind = 'als' AND newer.served AND newer.id > $1)
    WHERE id = $1 AND state = 'training'
    RETURNING version, served
    """

private let stampStatement: Statement = "UPDATE shop.model SET served_at = clock_timestamp() WHERE id = $1"

private let dropInteractionsStatement: Statement = "DELETE FROM shop.interaction_block WHERE model_id = $1"

/// Models keep their factors and recommendations while they are served or among so many newest that could be. Of the others
/// what grows with the shop goes; their row tells what they were.
private let retireStatement: Statement = """
    WITH retired AS (
        SELECT id FROM (
            SELECT model.id, model.served, row_number() OVER (ORDER BY model.version DESC) AS place
            FROM shop.model
            WHERE model.kind = 'als' AND model.state = 'ready' AND EXISTS (
                SELECT FROM shop.factor_block AS block WHERE block.model_id = model.id)
        ) AS kept
        WHERE NOT served AND place > $1 + 1
    ), gramians AS (
        DELETE FROM shop.factor_gramian WHERE model_id IN (SELECT id FROM retired)
    ), listed AS (
        DELETE FROM shop.model_recommendation WHERE model_id IN (SELECT id FROM retired)
    ), ids AS (
        UPDATE shop.model SET customer_ids = '{}', item_ids = '{}', item_customers = '{}', item_seen_at = '{}'
        WHERE id IN (SELECT id FROM retired)
    )
    DELETE FROM shop.factor_block WHERE model_id IN (SELECT id FROM retired)
    """

/// Nobody serves a measurement, so nobody needs its factors.
private let dropFactorsStatement: Statement = """
    WITH gramians AS (
        DELETE FROM shop.factor_gramian WHERE model_id = $1
    ), ids AS (
        UPDATE shop.model SET customer_ids = '{}', item_ids = '{}', item_customers = '{}', item_seen_at = '{}' WHERE id = $1
    )
    DELETE FROM shop.factor_block WHERE model_id = $1
    """

/// What became of a model at the end of its training.
struct EndedTraining: Sendable, Equatable {
    let version: Int
    let isServed: Bool
}

extension Session {
    /// Lets switches of the served model follow each other, to the end of the transaction.
    func lockModels() async throws {
        try await execute(lockStatement)
    }
}

extension Transaction {
    /// Ends a training: gives the model its version, marks it ready and, when asked to, serves it.
    ///
    /// A model that was planned before the one served by now is kept, but does not take its place.
    ///
    /// - Parameters:
    ///   - model: its id.
    ///   - metrics: what it measured.
    ///   - serves: false for a measurement.
    ///   - keeping: models besides the served one that keep their factors and recommendations.
    /// - Throws: `PermanentFailure` when the model was given up meanwhile.
    func endTraining(of model: Int64, metrics: JSONText, serves: Bool, keeping: Int) async throws -> EndedTraining {
        try await lockModels()
        if serves { try await execute(unserveStatement, model) }
        guard let row = try await first(endStatement, model, metrics, serves) else {
            throw PermanentFailure("the training of model \(model) was given up  →  start a new one")
        }
        let (version, isServed) = try row.decode(Int.self, Bool.self)
        if isServed { try await execute(stampStatement, model) }
        try await execute(dropInteractionsStatement, model)
        if serves {
            try await dropFactors(besidesThoseOf: model)
            try await dropGramians(besidesThoseOf: model)
        } else {
            try await execute(dropFactorsStatement, model)
        }
        try await execute(retireStatement, keeping)
        return EndedTraining(version: version, isServed: isServed)
    }
}
