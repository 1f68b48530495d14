import ArgumentParser
import Millrace
import Postgres

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the database, the migration and the system's health; each finding comes with the way out.",
        discussion: """
            Every check is printed with its status: ok, warning or problem. Exit code 1 when one is a problem, so that a \
            monitor can call it; 3 when the database cannot be reached.
            """)

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (server, endpoint, health) = try await Database.withConnection(for: "doctor") { connection in
            (
                connection.serverVersion, try Database.configuration(for: "doctor").endpointDescription,
                try await connection.health()
            )
        }
        if output.format == .table {
            print("PostgreSQL \(server / 10000).\(server % 10000) at \(endpoint), migrated\n")
        }
        output.write(health, empty: "no check is defined  →  run: millrace migrate")
        if health.rows.indices.contains(where: { health.value("status", row: $0) == "problem" }) {
            throw ExitCode.failure
        }
    }
}
