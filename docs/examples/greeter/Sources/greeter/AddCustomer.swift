import Millrace
import Postgres

private let addStatement: Statement = "INSERT INTO greeter.customer (name) VALUES ($1) RETURNING id"

/// Adds a customer and the job that greets them, in one transaction: both or neither.
func addCustomer(_ name: String, on pool: Pool) async throws -> JobID {
    let job = try await pool.transaction { transaction in
        let customer: Int = try await transaction.query(addStatement, name)[0][0]
        return try await transaction.enqueue(try JobRequest(Greet.self, .init(customer: customer)))
    }
    // Workers look every second by themselves; a ring saves that second. It belongs outside of the transaction.
    try await pool.ringDoorbell()
    return job
}
