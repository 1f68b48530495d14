import Foundation
import Postgres
import Testing

/// Gives a suite a database of its own on the private server that `MILLRACE_TEST_DATABASE_URL` names
/// (as a superuser), and drops it at the end.
struct TestDatabase: SuiteTrait, TestScoping {
    @TaskLocal private static var current: TestDatabase.Place?

    /// Where the suite's database is.
    struct Place: Sendable {
        let url: URLComponents
        var name: String { String(url.path.dropFirst()) }
        var host: String { url.host ?? "127.0.0.1" }
        var port: Int { url.port ?? 5432 }
        var user: String { url.user ?? "postgres" }

        /// The connection string with parts of it changed.
        func uri(_ change: (inout URLComponents) -> Void = { _ in }) throws -> String {
            var url = url
            change(&url)
            return try #require(url.string)
        }
    }

    struct NoServer: Error, CustomStringConvertible {
        let description =
            "MILLRACE_TEST_DATABASE_URL is not set → start a private PostgreSQL and give its superuser's postgres:// URL"
    }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        guard let text = ProcessInfo.processInfo.environment["MILLRACE_TEST_DATABASE_URL"],
            var url = URLComponents(string: text)
        else { throw NoServer() }
        let server = try Configuration(uri: text)
        let name = "postgres_test_\(UUID().uuidString.prefix(8).lowercased())"
        try await TestDatabase.administer(server, Statement(file: "CREATE DATABASE \(name) TEMPLATE template0"))
        url.path = "/\(name)"
        let outcome: Result<Void, any Error>
        do {
            try await TestDatabase.$current.withValue(Place(url: url)) { try await function() }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        try await TestDatabase.administer(server, Statement(file: "DROP DATABASE \(name) WITH (FORCE)"))
        try outcome.get()
    }

    private static func administer(_ server: Configuration, _ statement: Statement) async throws {
        let connection = try await connect(server)
        try await connection.execute(statement)
        await connection.close()
    }

    static func place() throws -> Place {
        try #require(current)
    }

    static func configuration(_ change: (inout Configuration) -> Void = { _ in }) throws -> Configuration {
        var configuration = try Configuration(uri: place().uri())
        change(&configuration)
        return configuration
    }

    /// A new connection to the suite's database; closed when nobody has it any more.
    static func connect(_ change: (inout Configuration) -> Void = { _ in }) async throws -> Connection {
        try await connect(configuration(change))
    }

    /// Connects, and waits while the suites running side by side use up the server's `max_connections`.
    private static func connect(_ configuration: Configuration) async throws -> Connection {
        let deadline = ContinuousClock.now + .seconds(120)
        while true {
            do {
                return try await Connection.connect(configuration)
            } catch ConnectionError.cannotConnect(_, let reason)
                where reason.contains("53300") && ContinuousClock.now < deadline
            {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// A pool on the suite's database, closed after `body`.
    static func withPool<T: Sendable>(
        maximumConnections: Int = 4, acquireTimeout: Duration = .seconds(120),
        _ body: @Sendable (Pool) async throws -> T
    ) async throws -> T {
        let pool = Pool(
            try configuration(), maximumConnections: maximumConnections, acquireTimeout: acquireTimeout)
        do {
            let value = try await body(pool)
            await pool.close()
            return value
        } catch {
            await pool.close()
            throw error
        }
    }
}

extension Trait where Self == TestDatabase {
    /// A database of the suite's own.
    static var database: Self { TestDatabase() }
}
