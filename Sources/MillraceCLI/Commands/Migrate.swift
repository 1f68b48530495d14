import ArgumentParser
import Millrace

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make or update Millrace's tables, functions, views and roles.",
        discussion: """
            Safe to run again, and from many processes at once: one does the work and the others find it done. All of it \
            happens in one transaction. A database that a newer program has migrated is refused.
            """)

    func run() async throws {
        let applied = try await Database.withConnection(for: "migrate", checksSchema: false) { connection in
            let applied = try await Database.migrator.migrate(connection, logger: Log.quiet)
            try await connection.publish(try Plugins.registry().descriptions)
            return applied
        }
        for name in applied { print("applied \(name)") }
        print(applied.isEmpty ? "nothing to do: the database is at this program's version" : "migrated")
    }
}
