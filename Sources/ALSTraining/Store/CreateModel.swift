import Analytics
import Millrace
import Postgres

/// Taken before the transaction that creates the model, because the arguments of the jobs it spawns name the model.
private let nextIDStatement: Statement = "SELECT nextval(pg_get_serial_sequence('shop.model', 'id'))"

private let createStatement: Statement = """
    INSERT INTO shop.model (id, kind, job_id, parameters, customer_ids, item_ids, item_customers, item_seen_at, interactions,
        data_from, data_to, tuning_id, customers, items, parent_id, code_version)
    OVERRIDING SYSTEM VALUE
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, cardinality($5), cardinality($6),
        (SELECT served.id FROM shop.model AS served WHERE served.kind = $2 AND served.served),
        (SELECT worker.version FROM millrace.v_job AS job JOIN millrace.v_worker AS worker ON worker.id = job.worker_id
            WHERE job.id = $3)
    """

/// What a model is for; the raw value is what `shop.model.kind` holds.
public enum ModelKind: String, Sendable, CaseIterable {
    /// Factors and recommendations.
    case als
    /// A search for settings; never served.
    case tuning = "als-tuning"
}

extension Session {
    /// Takes an id for a model that is about to be created.
    func nextModelID() async throws -> Int64 {
        try await query(nextIDStatement)[0][0]
    }

    /// Creates a model in training.
    ///
    /// - Parameters:
    ///   - id: from ``nextModelID()``.
    ///   - kind: what it is for.
    ///   - job: the job that plans it.
    ///   - parameters: what it is trained by, for people and for its jobs.
    ///   - data: what it is trained on.
    ///   - tuning: the tuning that chose its settings.
    func createModel(
        _ id: Int64, kind: ModelKind, by job: JobID, parameters: JSONText, data: TrainingData, tuning: Int64?
    ) async throws {
        try await execute(
            createStatement, id, kind.rawValue, job.rawValue, parameters, data.customerIDs, data.itemIDs,
            data.itemCustomers, data.itemsSeenAt, data.interactions.count, data.dataFrom, data.dataTo, tuning)
    }
}
