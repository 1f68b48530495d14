import ArgumentParser
import Millrace
import Postgres

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the database, the migration and the system's health; each finding comes with the way out.")

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
        output.write(health, empty: "")
        if health.rows.contains(where: { $0[1] == "problem" }) { throw ExitCode.failure }
    }
}
