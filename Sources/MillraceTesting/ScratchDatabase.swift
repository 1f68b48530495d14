import Foundation
public import Logging
public import Millrace
public import Postgres

/// A database of a test's own on a server that runs already: made, migrated, and dropped at the end.
public enum ScratchDatabase {
    /// Runs the body with a new database.
    ///
    /// - Parameters:
    ///   - server: any database of the server; its account must be allowed to create databases and roles.
    ///   - components: schemas besides Millrace's own.
    ///   - logger: gets what migrations and connections log.
    ///   - body: gets the address of the new database.
    /// - Throws: what the server or the body throws. The database is dropped either way.
    public static func with<Result: Sendable>(
        on server: Configuration, components: [SchemaComponent] = [], logger: Logger = quiet,
        _ body: (Configuration) async throws -> Result
    ) async throws -> Result {
        let name = "millrace_test_\(UUID().uuidString.lowercased().replacing("-", with: ""))"
        let configuration = server.connecting(to: name)
        try await administer(server, "CREATE DATABASE \(name) TEMPLATE template0", logger: logger)
        let outcome: Swift.Result<Result, any Error>
        do {
            let connection = try await Connection.connect(configuration, logger: logger)
            do {
                _ = try await Migrator(components).migrate(connection, logger: logger)
            } catch {
                await connection.close()
                throw error
            }
            await connection.close()
            outcome = .success(try await body(configuration))
        } catch {
            outcome = .failure(error)
        }
        try await administer(server, "DROP DATABASE IF EXISTS \(name) WITH (FORCE)", logger: logger)
        return try outcome.get()
    }

    /// A logger that says nothing below errors.
    public static var quiet: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    /// The name is made of hexadecimal digits here, and names cannot be parameters.
    private static func administer(_ server: Configuration, _ statement: String, logger: Logger) async throws {
        let connection = try await Connection.connect(server, logger: logger)
        do {
            try await connection.script(Statement(file: statement))
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }
}
