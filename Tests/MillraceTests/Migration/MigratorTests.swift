import Foundation
import Postgres
import Shop
import TestSupport
import Testing

@testable import Millrace

@Suite("Migration", .emptyDatabase)
struct MigratorTests {
    private let migrator = Migrator([.shop])

    private func migrate(_ database: TestDatabase) async throws -> [String] {
        try await database.pool.withConnection { try await migrator.migrate($0, logger: TestDatabase.logger) }
    }

    @Test("a second run has nothing to do")
    func idempotent() async throws {
        let database = try TestDatabase.current
        #expect(try await migrate(database).isEmpty == false)
        #expect(try await migrate(database).isEmpty)
    }

    @Test("ten processes at once migrate it once")
    func concurrent() async throws {
        let database = try TestDatabase.current
        let applied = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<10 {
                group.addTask {
                    let connection = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
                    let names = try await migrator.migrate(connection, logger: TestDatabase.logger)
                    await connection.close()
                    return names
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(applied.filter { !$0.isEmpty }.count == 1)
    }

    @Test("a database that a newer program migrated is refused")
    func newer() async throws {
        let database = try TestDatabase.current
        _ = try await migrate(database)
        try await database.pool.execute("INSERT INTO millrace.migration VALUES ('shop', 99, 'm0099_later', 'x')")
        let error = await #expect(throws: MigrationError.self) { try await migrate(database) }
        #expect(error?.description.contains("version 99 of schema shop") == true)
    }

    @Test("an applied migration that was edited afterwards is refused")
    func edited() async throws {
        let database = try TestDatabase.current
        _ = try await migrate(database)
        try await database.pool.execute(
            "UPDATE millrace.migration SET checksum = 'x' WHERE component = 'millrace' AND version = 2")
        let error = await #expect(throws: MigrationError.self) { try await migrate(database) }
        #expect(error?.description.contains("m0002_jobs") == true)
    }

    @Test("an account without rights gets one clear error, and nothing is half applied")
    func withoutRights() async throws {
        let database = try TestDatabase.current
        let role = "nobody_\(database.name)"
        try await database.pool.withConnection { connection in
            try await connection.script(Statement(file: "CREATE ROLE \(role); SET ROLE \(role)"))
            let error = await #expect(throws: MigrationError.self) {
                try await migrator.migrate(connection, logger: TestDatabase.logger)
            }
            #expect(error?.description.contains("as a superuser the first time") == true)
            try await connection.script(Statement(file: "RESET ROLE; DROP ROLE \(role)"))
        }
        let isThere: Bool = try await database.pool.query("SELECT to_regnamespace('millrace') IS NOT NULL")[0][0]
        #expect(isThere == false)
    }

    @Test("an account without rights gets the same error on a database that was migrated before")
    func withoutRightsLater() async throws {
        let database = try TestDatabase.current
        _ = try await migrate(database)
        let role = "nobody_\(database.name)"
        try await database.pool.withConnection { connection in
            try await connection.script(Statement(file: "CREATE ROLE \(role); SET ROLE \(role)"))
            let error = await #expect(throws: MigrationError.self) {
                try await migrator.migrate(connection, logger: TestDatabase.logger)
            }
            #expect(error?.description.contains("grant the account millrace_owner") == true)
            try await connection.script(Statement(file: "RESET ROLE; DROP ROLE \(role)"))
        }
    }

    @Test("every SQL file of the folders is in the lists that are embedded")
    func listsAreComplete() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("sql")
        for component in [SchemaComponent.millrace, .shop] {
            var found: Set<String> = []
            let folder = root.appendingPathComponent(component.schema)
            for kind in try FileManager.default.contentsOfDirectory(atPath: folder.path) where !kind.hasSuffix(".swift")
            {
                for file in try FileManager.default.contentsOfDirectory(
                    atPath: folder.appendingPathComponent(kind).path)
                {
                    found.insert(String(file.dropLast(".sql".count)))
                }
            }
            #expect(found == Set((component.migrations + component.replaced).map(\.name)))
        }
    }
}
