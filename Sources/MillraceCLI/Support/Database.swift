import Foundation
import Logging
import Millrace
import Postgres
import Shop

/// The database of a command, from the environment.
enum Database {
    /// What is migrated: the scheduler's schema and the shop's.
    static let migrator = Migrator([.shop])

    static func configuration(for command: String) throws -> Configuration {
        let environment = ProcessInfo.processInfo.environment
        var configuration = try Configuration(environment: environment)
        configuration.applicationName = "millrace \(command)"
        configuration.preparesStatements = try PreparedStatements(environment: environment) == .on
        return configuration
    }

    /// Lets libpq ask for UTC whenever it connects. A session parameter of ours would travel in `options`, which
    /// PgBouncer refuses; the time zone that libpq itself asks for it understands in every version.
    static func setTimeZone() {
        setenv("PGTZ", "UTC", 1)
    }

    /// Opens one connection, checks that the database is migrated, and closes it after the body.
    static func withConnection<Result: Sendable>(
        for command: String, checksSchema: Bool = true,
        _ body: @Sendable (Connection) async throws -> Result
    ) async throws -> Result {
        let configuration = try configuration(for: command)
        let connection = try await Connection.connect(configuration, logger: Log.quiet)
        do {
            if checksSchema {
                try await migrator.check(connection, database: configuration.endpointDescription)
            }
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }
}

/// Whether statements are prepared and used again, as `MILLRACE_PREPARED_STATEMENTS` says.
enum PreparedStatements: String {
    case on, off

    /// Another value than `on` and `off`.
    struct Unknown: Error, CustomStringConvertible {
        let value: String

        var description: String {
            "MILLRACE_PREPARED_STATEMENTS is \"\(value)\"  →  set it to off behind a PgBouncer in transaction mode, else to "
                + "on or not at all"
        }
    }

    init(environment: [String: String]) throws {
        let value = environment["MILLRACE_PREPARED_STATEMENTS"] ?? ""
        guard !value.isEmpty else {
            self = .on
            return
        }
        guard let known = PreparedStatements(rawValue: value) else { throw Unknown(value: value) }
        self = known
    }
}

/// The loggers of the command line.
enum Log {
    /// For services: everything from the level that MILLRACE_LOG_LEVEL names, `info` unless it is set.
    static func service(_ label: String) -> Logger {
        var logger = Logger(label: label, factory: { StreamLogHandler.standardError(label: $0) })
        let level = ProcessInfo.processInfo.environment["MILLRACE_LOG_LEVEL"]
        logger.logLevel = level.flatMap(Logger.Level.init(rawValue:)) ?? .info
        return logger
    }

    /// For short commands: nothing but errors.
    static var quiet: Logger {
        var logger = service("millrace")
        logger.logLevel = .error
        return logger
    }
}
