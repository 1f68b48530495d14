public import Millrace
public import Postgres

private let listStatement: Statement = """
    SELECT kind, version::text, state, CASE WHEN served THEN 'served' WHEN can_be_served THEN 'kept' END,
        customers::text, items::text, interactions::text, arguments ->> 'factors',
        coalesce(metrics #>> '{validation,ndcg}', metrics #>> '{holdout,als,ndcg}'), metrics ->> 'loss',
        to_json(data_to) #>> '{}', parent::text, tuning::text, job_id::text, to_json(finished_at) #>> '{}'
    FROM shop.v_model WHERE $1::text IS NULL OR kind = $1 ORDER BY v_model.id DESC LIMIT $2
    """

private let showStatement: Statement = """
    SELECT id::text, kind, version::text, state, CASE WHEN served THEN 'served' WHEN can_be_served THEN 'kept' END,
        customers::text, items::text, interactions::text, to_json(data_from) #>> '{}', to_json(data_to) #>> '{}',
        metrics::text, parent::text, tuning::text, job_id::text, code_version, arguments::text, estimate::text,
        to_json(created_at) #>> '{}', to_json(finished_at) #>> '{}', to_json(served_at) #>> '{}'
    FROM shop.v_model WHERE kind = $1 AND version = $2
    """

private let validationStatement: Statement = """
    SELECT validated.iteration::text, validated.customers::text, validated.ndcg::numeric(8, 5)::text,
        validated.recall::numeric(8, 5)::text, validated.hit_rate::numeric(8, 5)::text,
        CASE WHEN validated.iteration = (model.metrics ->> 'best_iteration')::integer THEN 'best' END
    FROM shop.v_model AS model JOIN shop.model_validation AS validated ON validated.model_id = model.id
    WHERE model.kind = $1 AND model.version = $2 ORDER BY validated.iteration
    """

private let trialsStatement: Statement = """
    SELECT trial.rung::text, trial.trial::text, trial.settings::text, trial.iterations::text,
        trial.score::numeric(8, 5)::text, trial.seconds::numeric(10, 1)::text, trial.problem, trial.job_id::text
    FROM shop.v_model AS model JOIN shop.tuning_trial AS trial ON trial.tuning_id = model.id
    WHERE model.kind = $1 AND model.version = $2 ORDER BY trial.rung DESC, trial.score DESC NULLS LAST, trial.trial
    """

extension Session {
    /// Models and tunings, the newest first.
    ///
    /// - Parameters:
    ///   - kind: nil for all.
    ///   - limit: how many at most.
    public func models(kind: ModelKind? = nil, limit: Int = 50) async throws -> Listing {
        try await listing(
            [
                .init("kind"), .init("version", .number), .init("state"), .init("recommendations"),
                .init("customers", .number), .init("items", .number), .init("interactions", .number),
                .init("factors", .number), .init("ndcg", .number), .init("loss", .number), .init("data_to", .time),
                .init("parent", .number), .init("tuning", .number), .init("job", .number), .init("finished_at", .time),
            ], listStatement, kind?.rawValue, limit)
    }

    /// All that is known of a version, in one row; no row when there is none.
    public func model(version: Int, kind: ModelKind = .als) async throws -> Listing {
        try await listing(
            [
                .init("id", .number), .init("kind"), .init("version", .number), .init("state"),
                .init("recommendations"), .init("customers", .number), .init("items", .number),
                .init("interactions", .number), .init("data_from", .time), .init("data_to", .time),
                .init("metrics", .json), .init("parent", .number), .init("tuning", .number), .init("job", .number),
                .init("code_version"), .init("arguments", .json), .init("estimate", .json), .init("created_at", .time),
                .init("finished_at", .time), .init("served_at", .time),
            ], showStatement, kind.rawValue, version)
    }

    /// How well the iterations of a version did on its validation.
    public func validation(ofVersion version: Int, kind: ModelKind = .als) async throws -> Listing {
        try await listing(
            [
                .init("iteration", .number), .init("customers", .number), .init("ndcg", .number),
                .init("recall", .number), .init("hit_rate", .number), .init("kept"),
            ], validationStatement, kind.rawValue, version)
    }

    /// What the trials of a tuning came to, the last rung first and the best of it on top.
    public func trials(ofTuning version: Int) async throws -> Listing {
        try await listing(
            [
                .init("rung", .number), .init("trial", .number), .init("settings", .json),
                .init("iterations", .number), .init("score", .number), .init("seconds", .duration), .init("problem"),
                .init("job", .number),
            ], trialsStatement, ModelKind.tuning.rawValue, version)
    }
}
