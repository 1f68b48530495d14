import Millrace
import Postgres

private let batchesStatement: Statement = """
    SELECT max(id), count(*)
    FROM (
        SELECT id, (row_number() OVER (ORDER BY id) - 1) / $1 AS batch FROM greeter.customer WHERE name IS NOT NULL
    ) AS customer
    GROUP BY batch ORDER BY batch
    """

/// Greets all customers: a job for each batch of them, and one that counts when all batches are done.
struct GreetEveryone: Plugin {
    struct Arguments: Codable, Sendable {
        var batchSize = 100
        var tone = Tone.warm

        enum CodingKeys: String, CodingKey {
            case batchSize = "batch_size"
            case tone
        }
    }

    struct Plan: Codable, Sendable {
        let customers: Int, batches: Int
    }

    static let name = "greet-everyone"
    static let summary = "Greets all customers that have a name."
    static let arguments = ArgumentSchema(
        defaults: Arguments(),
        describing: [
            "batch_size": .init("Customers per child job.", minimum: 1, maximum: 10_000),
            "tone": .init("How the greetings sound."),
        ])

    func run(_ job: JobContext<Arguments>) async throws {
        var children: [JobRequest] = []
        var customers = 0
        var after = 0
        for row in try await job.database.query(batchesStatement, job.arguments.batchSize) {
            let (last, count) = try row.decode(Int.self, Int.self)
            let batch = GreetBatch.Arguments(after: after, through: last, tone: job.arguments.tone)
            children.append(try JobRequest(GreetBatch.self, batch))
            customers += count
            after = last
        }
        let count = try JobRequest(CountGreetings.self, .init())
        try await job.complete(
            result: Plan(customers: customers, batches: children.count), spawning: children, then: count)
    }
}
