import Millrace
import Postgres

private let customersStatement: Statement = """
    SELECT id, name FROM greeter.customer WHERE id > $1 AND id <= $2 AND name IS NOT NULL ORDER BY id
    """

/// The key (customer, day) makes it safe to run again: a second greeting of a day changes nothing.
private let writeStatement: Statement = """
    INSERT INTO greeter.greeting (customer_id, day, text, job_id)
    SELECT new.customer_id, ($3::timestamptz AT TIME ZONE 'UTC')::date, new.text, $4
    FROM unnest($1::bigint[], $2::text[]) AS new(customer_id, text)
    ON CONFLICT DO NOTHING
    """

/// Greets the customers of a range of ids, some at a time.
struct GreetBatch: Plugin {
    struct Arguments: Codable, Sendable {
        var after: Int
        var through: Int
        var tone: Tone
    }

    /// How far it is, for the next attempt, and how many there were at the end, for `greet-everyone.count`.
    struct Done: Codable, Sendable {
        var through: Int
        var greeted = 0
    }

    static let name = "greet-everyone.batch"
    static let summary = "Part of greet-everyone: greets the customers of a range of ids."

    func run(_ job: JobContext<Arguments>) async throws {
        var done = try await job.checkpoint(as: Done.self) ?? Done(through: job.arguments.after)
        let rows = try await job.database.query(customersStatement, done.through, job.arguments.through)
        let customers = try rows.map { try $0.decode(Int.self, String.self) }
        let total = done.greeted + customers.count

        for start in stride(from: 0, to: customers.count, by: 10) {
            try job.checkCancellation()
            let some = customers[start..<min(start + 10, customers.count)]
            try await job.database.execute(
                writeStatement, some.map { $0.0 }, some.map { job.arguments.tone.greeting(for: $0.1) }, job.logicalTime,
                job.id.rawValue)
            done.greeted += some.count
            done.through = some.last?.0 ?? done.through
            try await job.saveCheckpoint(done)
            job.progress(done.greeted, of: total, "greeting")
        }
        try await job.complete(result: done)
    }
}
