import ArgumentParser
import Foundation
import Logging
import Millrace
import ServiceLifecycle
import UnixSignals

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Run a worker, or list the workers there are.",
        subcommands: [Run.self, List.self], defaultSubcommand: Run.self)

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Claim jobs and run them until stopped.",
            discussion: """
                Start as many as you like, on any machine that reaches the database. SIGTERM or Ctrl-C ends it in good order: \
                running jobs may end within the grace, the others are given back with their attempts. Log level: \
                MILLRACE_LOG_LEVEL. Mail is sent by the SMTP server that MILLRACE_SMTP_URL names.
                """)

        @Option(help: "Jobs to run at once.") var slots = ProcessInfo.processInfo.activeProcessorCount
        @Option(help: "Queues to serve, separated by commas; all when left out.") var queues: String?
        @Option(help: "A name for people; host and process id when left out.") var name: String?
        @Option(help: "Seconds without a heartbeat after which the worker counts as dead.") var lease = 12
        @Option(help: "Seconds that running jobs may go on after a stop was asked for.") var grace = 10
        @Flag(help: "Do not listen for notifications; for PgBouncer in transaction mode.") var pollOnly = false
        @Flag(help: "Do the coordinator's duties, too.") var coordinator = false

        func validate() throws {
            guard slots >= 1 else { throw ValidationError("--slots takes a number from 1 on") }
            guard lease >= 1 else { throw ValidationError("--lease takes a number of seconds from 1 on") }
            guard grace >= 0 else { throw ValidationError("--grace takes a number of seconds from 0 on") }
        }

        func run() async throws {
            let logger = Log.service("worker")
            let configuration = try Database.configuration(for: "worker")
            try await Database.withConnection(for: "worker") { _ in }
            let process = ProcessInfo.processInfo
            let options = WorkerOptions(
                name: name ?? "\(process.hostName)-\(process.processIdentifier)",
                queues: queues?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) },
                slots: slots, lease: .seconds(lease), shutdownGrace: .seconds(grace), listens: !pollOnly,
                version: Version.text)
            var services: [any Service] = [
                Worker(configuration: configuration, registry: try Plugins.registry(), options: options, logger: logger)
            ]
            if coordinator {
                services.append(Coordinator(configuration: configuration, logger: Log.service("coordinator")))
            }
            try await ServiceGroup(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
            ).run()
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the workers that are alive.")

        @Flag(help: "Also those that have stopped or were lost.") var all = false
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let listing = try await Database.withConnection(for: "worker list") { [all] in
                try await $0.workers(past: all)
            }
            output.write(listing, empty: "no worker is alive  →  start one: millrace worker")
        }
    }
}
