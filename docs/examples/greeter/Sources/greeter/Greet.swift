import Millrace
import Postgres

private let customerStatement: Statement = """
    SELECT name, CASE WHEN quiet_until > clock_timestamp() THEN quiet_until - clock_timestamp() END
    FROM greeter.customer WHERE id = $1
    """

private let writeStatement: Statement = """
    INSERT INTO greeter.greeting (customer_id, day, text, job_id)
    VALUES ($1, ($2::timestamptz AT TIME ZONE 'UTC')::date, $3, $4)
    ON CONFLICT DO NOTHING
    """

/// How a greeting sounds.
enum Tone: String, Codable, CaseIterable {
    case warm, brief

    func greeting(for name: String) -> String {
        switch self {
        case .warm: "Good morning, \(name)! It is good to see you."
        case .brief: "Hello \(name)."
        }
    }
}

/// Greets one customer, once a day.
struct Greet: Plugin {
    struct Arguments: Codable, Sendable {
        var customer: Int
        var tone: Tone?
    }

    /// What people and other jobs may read when it is done.
    struct Greeting: Codable, Sendable {
        let text: String
    }

    static let name = "greet"
    static let summary = "Greets one customer, once a day."
    static let arguments = ArgumentSchema(
        reflecting: Arguments.self,
        describing: [
            "customer": .init("An id of greeter.customer.", minimum: 1),
            "tone": .init("How it sounds; warm when left out."),
        ])
    static let defaults = JobDefaults(
        maxAttempts: 3, timeout: .seconds(30), backoff: Backoff(base: .seconds(1), cap: .seconds(60)))

    func run(_ job: JobContext<Arguments>) async throws {
        let customer = job.arguments.customer
        guard let row = try await job.database.first(customerStatement, customer) else {
            throw PermanentFailure("there is no customer \(customer)  →  add one to greeter.customer")
        }
        let (name, quietFor) = try row.decode(String?.self, Duration?.self)
        if let quietFor { throw Snooze(for: quietFor) }
        guard let name else { throw RetryLater(after: .seconds(30), "customer \(customer) has no name yet") }

        let text = (job.arguments.tone ?? .warm).greeting(for: name)
        job.log.info("greeting", metadata: ["customer": "\(customer)", "attempt": "\(job.attempt)"])
        try await job.complete(result: Greeting(text: text)) { transaction in
            try await transaction.execute(writeStatement, customer, job.logicalTime, text, job.id.rawValue)
        }
    }
}
