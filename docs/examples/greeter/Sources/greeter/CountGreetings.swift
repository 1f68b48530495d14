import Millrace
import Postgres

private let writeStatement: Statement = """
    INSERT INTO greeter.tally (day, greetings) VALUES (($1::timestamptz AT TIME ZONE 'UTC')::date, $2)
    ON CONFLICT (day) DO UPDATE SET greetings = excluded.greetings
    """

/// Adds up what the batches of `greet-everyone` did, when all of them are done.
struct CountGreetings: Plugin {
    struct Arguments: Codable, Sendable {}

    struct Total: Codable, Sendable {
        let greetings: Int
    }

    static let name = "greet-everyone.count"
    static let summary = "Part of greet-everyone: adds up what the batches did."

    func run(_ job: JobContext<Arguments>) async throws {
        let greetings = try await job.parentResults(as: GreetBatch.Done.self).map(\.greeted).reduce(0, +)
        try await job.complete(result: Total(greetings: greetings)) { transaction in
            try await transaction.execute(writeStatement, job.logicalTime, greetings)
        }
    }
}
