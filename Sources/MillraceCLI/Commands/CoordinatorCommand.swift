import ArgumentParser
import Millrace
import ServiceLifecycle
import UnixSignals

struct CoordinatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract: "Fire schedules, make due jobs ready, and take over the jobs of dead workers.",
        discussion: """
            One is enough and two do no harm: every duty is a short transaction, and nobody is the leader. A worker does the \
            duties, too, when started with --coordinator. Schedules of other namespaces than those named are left alone; \
            the other duties are done for all.
            """)

    @Option(help: "Whose schedules it fires, may be repeated; \"default\" when left out.") var namespace: [String] = []

    func run() async throws {
        let logger = Log.service("coordinator")
        try await Database.withConnection(for: "coordinator") { _ in }
        let coordinator = Coordinator(
            configuration: try Database.configuration(for: "coordinator"),
            namespaces: namespace.isEmpty ? ["default"] : namespace, logger: logger)
        try await ServiceGroup(
            services: [coordinator], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
        ).run()
    }
}
