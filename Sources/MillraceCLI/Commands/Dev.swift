import ArgumentParser
import Foundation
import Millrace
import Postgres
import ServiceLifecycle
import UnixSignals

struct Dev: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run everything in one command: a private PostgreSQL, a coordinator and a worker.",
        discussion: """
            For trying things and for developing plugins. The data stay in the folder for the next time; Ctrl-C ends all of it. \
            With DATABASE_URL set, that database is used and no server is started.
            """)

    @Option(help: "Where the private server keeps its data.", completion: .directory) var folder = ".millrace/dev"
    @Option(help: "Jobs to run at once.") var slots = ProcessInfo.processInfo.activeProcessorCount

    func validate() throws {
        guard slots >= 1 else { throw ValidationError("--slots takes a number from 1 on") }
    }

    func run() async throws {
        let folder = URL(fileURLWithPath: folder).standardizedFileURL
        let given = ProcessInfo.processInfo.environment["DATABASE_URL"] ?? ""
        guard given.isEmpty else {
            try await serve()
            return
        }
        try PrivateServer.makeFolder(folder)
        let log = folder.appendingPathComponent("postgres.log")
        let server = try await PrivateServer.start(in: folder.appendingPathComponent("server"), log: log)
        defer { server.stop() }
        setenv("DATABASE_URL", server.url, 1)
        print("PostgreSQL runs; in another terminal: export DATABASE_URL='\(server.url)'")
        try await serve()
    }

    private func serve() async throws {
        try await Database.withConnection(for: "dev", checksSchema: false) { connection in
            for name in try await Database.migrator.migrate(connection, logger: Log.quiet) { print("applied \(name)") }
        }
        let configuration = try Database.configuration(for: "dev")
        let logger = Log.service("dev")
        let options = WorkerOptions(name: "dev", slots: slots, version: Version.text)
        let services: [any Service] = [
            Worker(configuration: configuration, registry: try Plugins.registry(), options: options, logger: logger),
            Coordinator(configuration: configuration, logger: logger),
        ]
        print("a coordinator and a worker with \(slots) slots run; Ctrl-C ends them")
        try await ServiceGroup(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
    }
}
