public import Logging
public import Postgres

private let bootstrapStatement: Statement = """
    CREATE SCHEMA IF NOT EXISTS millrace;
    CREATE TABLE IF NOT EXISTS millrace.migration (
        component text NOT NULL,
        version integer NOT NULL,
        name text NOT NULL,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (component, version)
    );
    COMMENT ON TABLE millrace.migration IS
        'What was applied. Version 0 of a component stands for its functions, views and grants.';
    """

private let isBootstrappedStatement: Statement = "SELECT to_regclass('millrace.migration') IS NOT NULL"

/// Held to the end of the transaction: of several processes that migrate, one does the work and the others find it done.
private let lockStatement: Statement = "SELECT pg_advisory_xact_lock(hashtext('millrace.migrate'))"

private let appliedStatement: Statement =
    "SELECT component, version, checksum FROM millrace.migration"

private let recordStatement: Statement = """
    INSERT INTO millrace.migration (component, version, name, checksum) VALUES ($1, $2, $3, $4)
    ON CONFLICT (component, version) DO UPDATE SET checksum = excluded.checksum, applied_at = clock_timestamp()
    """

/// As the owner from here on. Bodies of functions may name functions of files that come later.
private let becomeOwnerStatement: Statement = "SET LOCAL ROLE millrace_owner; SET LOCAL check_function_bodies = off"
private let becomeSelfStatement: Statement = "RESET ROLE"

/// Migrates a database. Safe to run again, and from many processes at once.
public struct Migrator: Sendable {
    private let components: [SchemaComponent]

    /// - Parameter components: what to migrate besides the scheduler's own schema.
    public init(_ components: [SchemaComponent] = []) {
        self.components = [.millrace] + components
    }

    /// Applies what is missing, in one transaction: all of it or nothing.
    ///
    /// - Returns: the names of the files applied; empty when there was nothing to do.
    /// - Throws: ``MigrationError``; `PostgresError` when a statement fails.
    public func migrate(_ connection: Connection, logger: Logger) async throws -> [String] {
        let serverVersion = connection.serverVersion
        guard serverVersion >= 140_000 else { throw MigrationError.serverTooOld(version: serverVersion) }
        do {
            if try await isCurrent(on: connection) { return [] }
            return try await connection.transaction { transaction in
                try await transaction.execute(lockStatement)
                let isNew: Bool = try await !transaction.query(isBootstrappedStatement)[0][0]
                let applied = try await applyMissing(on: transaction, logger: logger)
                // While nobody else is there. Later it would wait for those who work, and that is the coordinator's to do.
                if isNew { _ = try await transaction.rotatePartitions() }
                return applied
            }
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            let account: String = try await connection.query("SELECT session_user::text")[0][0]
            throw MigrationError.missingRights(account: account, problem: error.message)
        }
    }

    /// Throws unless the database is exactly at this program's version.
    public func check(_ connection: Connection, database: String) async throws {
        guard try await isCurrent(on: connection) else { throw MigrationError.notMigrated(database: database) }
    }

    private func isCurrent(on session: some Session) async throws -> Bool {
        guard try await session.query(isBootstrappedStatement)[0][0] else { return false }
        let applied = try await applied(on: session)
        for component in components {
            try checkApplied(applied[component.schema] ?? [:], of: component)
            guard applied[component.schema]?[0] == component.replacedChecksum,
                applied[component.schema]?[component.migrations.count] != nil
            else { return false }
        }
        return true
    }

    private func applyMissing(on transaction: Transaction, logger: Logger) async throws -> [String] {
        var names: [String] = []
        try await transaction.script(bootstrapStatement)
        let applied = try await applied(on: transaction)
        for component in components {
            let before = applied[component.schema] ?? [:]
            try checkApplied(before, of: component)
            for (index, file) in component.migrations.enumerated() where before[index + 1] == nil {
                // The very first file makes the roles and hands the schema over to the owner.
                let makesRoles = component.schema == "millrace" && index == 0
                if !makesRoles { try await transaction.script(becomeOwnerStatement) }
                try await transaction.script(Statement(file: file.text))
                try await transaction.script(becomeSelfStatement)
                try await record(component, index + 1, file.name, SchemaComponent.checksum(file.text), on: transaction)
                names.append("\(component.schema)/\(file.name)")
            }
            if before[0] != component.replacedChecksum {
                try await transaction.script(becomeOwnerStatement)
                for file in component.replaced {
                    try await transaction.script(Statement(file: file.text))
                }
                try await transaction.script(becomeSelfStatement)
                try await record(
                    component, 0, "functions, views and grants", component.replacedChecksum, on: transaction)
                names.append("\(component.schema)/functions, views and grants")
            }
        }
        for name in names { logger.info("applied", metadata: ["migration": "\(name)"]) }
        return names
    }

    private func checkApplied(_ applied: [Int: String], of component: SchemaComponent) throws {
        if let newest = applied.keys.max(), newest > component.migrations.count {
            throw MigrationError.databaseTooNew(
                component: component.schema, found: newest, known: component.migrations.count)
        }
        for (index, file) in component.migrations.enumerated() {
            if let checksum = applied[index + 1], checksum != SchemaComponent.checksum(file.text) {
                throw MigrationError.changedAfterwards(component: component.schema, file: file.name)
            }
        }
    }

    private func applied(on session: some Session) async throws -> [String: [Int: String]] {
        var applied: [String: [Int: String]] = [:]
        for row in try await session.query(appliedStatement) {
            let (component, version, checksum) = try row.decode(String.self, Int.self, String.self)
            applied[component, default: [:]][version] = checksum
        }
        return applied
    }

    private func record(
        _ component: SchemaComponent, _ version: Int, _ name: String, _ checksum: String, on transaction: Transaction
    ) async throws {
        try await transaction.execute(recordStatement, component.schema, Int32(version), name, checksum)
    }
}
