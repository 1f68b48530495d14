import Foundation
public import Logging
import Millrace
public import Postgres
import Shop
import Synchronization
public import Testing

/// A database of a test's own on the private server that `ops/test` starts, dropped when the test ends.
public struct TestDatabase: Sendable {
    /// Where it is; connects as a superuser.
    public let configuration: Configuration
    /// Eight connections to it.
    public let pool: Pool
    /// Its name.
    public let name: String

    @TaskLocal static var scoped: TestDatabase?

    /// The database of the test that runs.
    ///
    /// - Throws: ``NoTestServer/notScoped`` outside of a test with the trait `.database`.
    public static var current: TestDatabase {
        get throws {
            guard let scoped else { throw NoTestServer.notScoped }
            return scoped
        }
    }

    /// A logger that keeps quiet unless MILLRACE_TEST_LOG is set.
    public static var logger: Logger {
        var logger = Logger(label: "test", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = ProcessInfo.processInfo.environment["MILLRACE_TEST_LOG"] == nil ? .critical : .debug
        return logger
    }
}

/// Why there is no database for a test.
public enum NoTestServer: Error, CustomStringConvertible {
    case notConfigured, notScoped

    /// What is missing, and the way out.
    public var description: String {
        switch self {
        case .notConfigured: "MILLRACE_TEST_DATABASE_URL is not set  →  run the tests by ops/test"
        case .notScoped: "the test has no database  →  give the suite or the test the trait .database"
        }
    }
}

/// Gives each test a database of its own: migrated, or empty.
public struct DatabaseTrait: SuiteTrait, TestTrait, TestScoping {
    /// Whether Millrace's and the shop's tables are in it.
    let isMigrated: Bool

    /// A suite hands it on to its tests.
    public var isRecursive: Bool { true }

    /// No database is made for a suite, only for its tests.
    public func scopeProvider(for test: Test, testCase: Test.Case?) -> DatabaseTrait? {
        testCase == nil ? nil : self
    }

    /// Makes the database, runs the test, drops the database.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        // A test with a trait of its own within a suite that has one, too, needs only one place.
        let isNested = TestDatabase.scoped != nil
        if !isNested { await TestServer.shared.takePlace() }
        let database: TestDatabase
        do {
            database = try await TestServer.shared.makeDatabase(isMigrated: isMigrated)
        } catch {
            if !isNested { await TestServer.shared.givePlaceBack() }
            throw error
        }
        let result: Result<Void, any Error>
        do {
            try await TestDatabase.$scoped.withValue(database) { try await function() }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await database.pool.close()
        if !isNested { await TestServer.shared.givePlaceBack() }
        try await TestServer.shared.drop(database.name)
        try result.get()
    }
}

extension Trait where Self == DatabaseTrait {
    /// A migrated database for each test.
    public static var database: Self { DatabaseTrait(isMigrated: true) }
    /// An empty database for each test.
    public static var emptyDatabase: Self { DatabaseTrait(isMigrated: false) }
}

/// The private server: makes databases out of one that is migrated once.
actor TestServer {
    static let shared = TestServer()

    private var template: Task<String, any Error>?
    private var count = 0
    /// Tests that may have a database at once: a server has only so many connections, and a machine so many cores.
    private var freePlaces = 4
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func takePlace() async {
        guard freePlaces == 0 else {
            freePlaces -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func givePlaceBack() {
        if waiting.isEmpty {
            freePlaces += 1
        } else {
            waiting.removeFirst().resume()
        }
    }

    func makeDatabase(isMigrated: Bool) async throws -> TestDatabase {
        let source = isMigrated ? try await migratedTemplate() : "template0"
        count += 1
        let name = "test_\(ProcessInfo.processInfo.processIdentifier)_\(count)"
        try await administer("CREATE DATABASE \(name) TEMPLATE \(source)")
        let configuration = try configuration(of: name)
        return TestDatabase(
            configuration: configuration,
            pool: Pool(configuration, maximumConnections: 8, logger: TestDatabase.logger), name: name)
    }

    func drop(_ name: String) async throws {
        try await administer("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
    }

    private func migratedTemplate() async throws -> String {
        if let template { return try await template.value }
        let making = Task {
            let name = "template_\(ProcessInfo.processInfo.processIdentifier)"
            try await administer("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
            try await administer("CREATE DATABASE \(name) TEMPLATE template0")
            let connection = try await Connection.connect(try configuration(of: name), logger: TestDatabase.logger)
            _ = try await Migrator([.shop]).migrate(connection, logger: TestDatabase.logger)
            await connection.close()
            return name
        }
        template = making
        return try await making.value
    }

    private func administer(_ statement: String) async throws {
        let connection = try await Connection.connect(try configuration(of: "postgres"), logger: TestDatabase.logger)
        do {
            try await connection.script(Statement(file: statement))
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }

    /// The server of `MILLRACE_TEST_DATABASE_URL`, another of its databases.
    private nonisolated func configuration(of database: String) throws -> Configuration {
        guard let url = ProcessInfo.processInfo.environment["MILLRACE_TEST_DATABASE_URL"], !url.isEmpty,
            var parts = URLComponents(string: url)
        else { throw NoTestServer.notConfigured }
        parts.path = "/" + database
        return try Configuration(uri: parts.string ?? url)
    }
}
