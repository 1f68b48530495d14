import Millrace
import MillraceTesting
import Postgres
import TestSupport
import Testing

// region: plugin
enum Tone: String, Codable, CaseIterable {
    case warm, brief
}

/// Writes a greeting for a customer.
struct Greet: Plugin {
    struct Arguments: Codable, Sendable {
        var customer: Int
        var tone: Tone?
    }

    static let name = "greet"
    static let summary = "Writes a greeting for a customer."
    static let arguments = ArgumentSchema(
        reflecting: Arguments.self,
        describing: [
            "customer": .init("An id of the table customer.", minimum: 1),
            "tone": .init("How it sounds; warm when left out."),
        ])
    static let defaults = JobDefaults(
        queue: "mail", maxAttempts: 3, timeout: .seconds(30), backoff: Backoff(base: .seconds(1), cap: .seconds(60)))

    func run(_ job: JobContext<Arguments>) async throws {
        let customer = job.arguments.customer
        guard let row = try await job.database.first("SELECT name FROM customer WHERE id = $1", customer) else {
            throw PermanentFailure("there is no customer \(customer)")
        }
        guard let name: String = try row["name"] else {
            throw RetryLater(after: .seconds(30), "customer \(customer) has no name yet")
        }
        let text = job.arguments.tone == .brief ? "Hello \(name)." : "Good morning, \(name)!"
        try await job.complete(result: text) { transaction in
            try await transaction.execute(
                "INSERT INTO greeting (customer, text, job) VALUES ($1, $2, $3)", customer, text, job.id.rawValue)
        }
    }
}
// endregion: plugin

// region: fan-out
/// Greets all customers: a job for each.
struct GreetAll: Plugin {
    struct Arguments: Codable, Sendable {}

    static let name = "greet-all"

    func run(_ job: JobContext<Arguments>) async throws {
        let customers = try await job.database.query("SELECT id FROM customer ORDER BY id")
        let children = try customers.map { row in
            try JobRequest(Greet.self, .init(customer: row[0], tone: .brief))
        }
        try await job.complete(
            result: children.count, spawning: children, then: JobRequest(CountGreetings.self, .init()))
    }
}

/// Runs when all children have ended well.
struct CountGreetings: Plugin {
    struct Arguments: Codable, Sendable {}

    static let name = "greet-all.count"

    func run(_ job: JobContext<Arguments>) async throws {
        try await job.complete(result: job.parentResults(as: String.self).count)
    }
}
// endregion: fan-out

// region: checkpoint
/// Works through the customers in order; a new attempt goes on where the last one stopped.
struct Renumber: Plugin {
    struct Arguments: Codable, Sendable {}

    static let name = "renumber"

    func run(_ job: JobContext<Arguments>) async throws {
        var last = try await job.checkpoint(as: Int.self) ?? 0
        while let row = try await job.database.first(
            "SELECT id FROM customer WHERE id > $1 ORDER BY id LIMIT 1", last)
        {
            try job.checkCancellation()
            last = try row[0]
            try await job.database.execute("UPDATE customer SET number = id + 1000 WHERE id = $1", last)
            try await job.saveCheckpoint(last)
            job.progress(last, "renumbering")
        }
    }
}
// endregion: checkpoint

@Suite("Guide: the first plugin", .database)
struct FirstPluginGuide {
    private func withJobs(_ body: (JobTester) async throws -> Void) async throws {
        let database = try TestDatabase.current
        try await database.pool.withConnection { connection in
            try await connection.script(
                """
                CREATE TABLE customer (id bigint PRIMARY KEY, name text, number bigint);
                CREATE TABLE greeting (customer bigint, text text, job bigint);
                INSERT INTO customer VALUES (1, 'Ada'), (2, 'Grace'), (3, NULL);
                """)
        }
        var registry = PluginRegistry()
        try registry.register(Greet())
        try registry.register(GreetAll())
        try registry.register(CountGreetings())
        try registry.register(Renumber())
        try await JobTester.with(database.configuration, registry: registry, body)
    }

    @Test("the plugin ends in each of the ways that the article names")
    func outcomes() async throws {
        try await withJobs { jobs in
            let good = try await jobs.run(Greet.self, .init(customer: 1, tone: nil))
            #expect(try good.result?.decode(String.self) == "Good morning, Ada!")
            #expect(try await jobs.run(Greet.self, .init(customer: 9, tone: nil)).state == .failed)
            #expect(try await jobs.run(Greet.self, .init(customer: 3, tone: nil)).state == .scheduled)
            let bad = try await jobs.run(JobRequest(plugin: "greet", arguments: JSONText(#"{"customer": 0}"#)))
            #expect(bad.state == .failed)
            let greetings: Int = try await jobs.pool.query("SELECT count(*) FROM greeting")[0][0]
            #expect(greetings == 1)
        }
    }

    @Test("children run, and then what counts them")
    func fanOut() async throws {
        try await withJobs { jobs in
            try await jobs.pool.execute("DELETE FROM customer WHERE name IS NULL")
            let all = try await jobs.pool.enqueue(JobRequest(GreetAll.self, .init()))
            try await jobs.drain()
            let successor = try #require(try await jobs.standing(of: all).successor)
            #expect(try await jobs.standing(of: successor).result?.decode(Int.self) == 2)
        }
    }

    @Test("the checkpointed plugin reaches every customer")
    func checkpoint() async throws {
        try await withJobs { jobs in
            #expect(try await jobs.run(Renumber.self, .init()).state == .succeeded)
            let numbers = try await jobs.pool.query("SELECT number FROM customer ORDER BY id")
            #expect(try numbers.map { try $0[0] as Int } == [1001, 1002, 1003])
        }
    }
}
