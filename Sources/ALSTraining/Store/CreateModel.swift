import Analytics
import Millrace
import Postgres

/// Taken before the transaction that creates the model, because the arguments of the jobs it spawns name the model.
private let nextIDStatement: Statement = "SELECT nextval(pg_get_serial_sequence('shop.model', 'id'))"

private let createStatement: Statement = """
    INSERT INTO shop.model (id, kind, job_id, parameters, customer_ids, item_ids, interactions, data_from, data_to)
    OVERRIDING SYSTEM VALUE
    VALUES ($1, 'als', $2, $3, $4, $5, $6, $7, $8)
    """

extension Session {
    /// Takes an id for a model that is about to be created.
    func nextModelID() async throws -> Int64 {
        try await query(nextIDStatement)[0][0]
    }

    /// Creates a model in training.
    func createModel(_ id: Int64, by job: JobID, plan: TrainingPlan, data: TrainingData) async throws {
        try await execute(
            createStatement, id, job.rawValue, try JSONText(encoding: plan), data.customerIDs, data.itemIDs,
            data.interactions.count, data.dataFrom, data.dataTo)
    }
}
