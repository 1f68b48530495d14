import ArgumentParser
import Foundation
import Logging
import Millrace
import ServiceLifecycle
import UnixSignals

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Run a worker; list, drain and tune the workers there are.",
        subcommands: [Run.self, List.self, Drain.self, Slots.self, Weight.self], defaultSubcommand: Run.self)

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Claim jobs and run them until stopped.",
            discussion: """
                Start as many as you like, on any machine that reaches the database. SIGTERM or Ctrl-C ends it in good order: \
                running jobs may end within the grace, the others are given back with their attempts. Log level: \
                MILLRACE_LOG_LEVEL. Mail is sent by the SMTP server that MILLRACE_SMTP_URL names.

                Examples:
                  millrace worker --slots 8
                  millrace worker --slots 8 --queue default --queue mail=2
                  millrace worker --weight mail=3
                """)

        @Option(help: "Jobs to run at once.") var slots = ProcessInfo.processInfo.activeProcessorCount
        @Option(
            help: "A queue to serve, or QUEUE=SLOTS to run at most so many of it; may be repeated. All when left out.")
        var queue: [QueueFigure] = []
        @Option(help: "Queues to serve, separated by commas: --queue for several.") var queues: String?
        @Option(help: "QUEUE=TURNS: turns it gets for each turn of other queues, 1 to 1000; may be repeated.")
        var weight: [QueueFigure] = []
        @Option(help: "A name for people; host and process id when left out.") var name: String?
        @Option(help: "Seconds without a heartbeat after which the worker counts as dead.") var lease = 12
        @Option(help: "Seconds that running jobs may go on after a stop was asked for.") var grace = 10
        @Flag(help: "Do not listen for notifications; for PgBouncer in transaction mode.") var pollOnly = false
        @Flag(help: "Do the coordinator's duties, too.") var coordinator = false
        @Option(help: "With --coordinator: whose schedules it fires; may be repeated.") var namespace: [String] = []

        func validate() throws {
            guard slots >= 1 else { throw ValidationError("--slots takes a number from 1 on") }
            guard lease >= 1 else { throw ValidationError("--lease takes a number of seconds from 1 on") }
            guard grace >= 0 else { throw ValidationError("--grace takes a number of seconds from 0 on") }
            guard namespace.isEmpty || coordinator else { throw ValidationError("--namespace goes with --coordinator") }
            if let wrong = queue.first(where: { ($0.figure ?? 1) < 1 }) {
                throw ValidationError("--queue \(wrong.queue)= takes a number of slots from 1 on")
            }
            if let wrong = weight.first(where: { !(1...1000).contains($0.figure ?? 0) }) {
                throw ValidationError("--weight takes QUEUE=TURNS with 1 to 1000 turns: \(wrong.queue)=3")
            }
            for named in [queue, weight] {
                let names = named.map(\.queue)
                if let twice = names.first(where: { name in names.filter { $0 == name }.count > 1 }) {
                    throw ValidationError("queue \(twice) is named twice")
                }
            }
        }

        /// Queues it serves; nil for all.
        private var served: [String]? {
            let listed = queues?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } ?? []
            let all = listed + queue.map(\.queue).filter { !listed.contains($0) }
            return all.isEmpty ? nil : all
        }

        func run() async throws {
            let logger = Log.service("worker")
            let configuration = try Database.configuration(for: "worker")
            try await Database.withConnection(for: "worker") { _ in }
            let process = ProcessInfo.processInfo
            func figures(_ named: [QueueFigure]) -> [String: Int] {
                Dictionary(uniqueKeysWithValues: named.compactMap { named in named.figure.map { (named.queue, $0) } })
            }
            let options = WorkerOptions(
                name: name ?? "\(process.hostName)-\(process.processIdentifier)", queues: served, slots: slots,
                queueSlots: figures(queue), queueWeights: figures(weight), lease: .seconds(lease),
                shutdownGrace: .seconds(grace), listens: !pollOnly, version: Version.text)
            // A worker that was drained ends by itself, and its process with it.
            var services = [
                ServiceGroupConfiguration.ServiceConfiguration(
                    service: Worker(
                        configuration: configuration, registry: try Plugins.registry(), options: options, logger: logger
                    ),
                    successTerminationBehavior: .gracefullyShutdownGroup)
            ]
            if coordinator {
                services.append(
                    .init(
                        service: Coordinator(
                            configuration: configuration, namespaces: namespace.isEmpty ? ["default"] : namespace,
                            logger: Log.service("coordinator"))))
            }
            try await ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            ).run()
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the workers that are alive.")

        @Flag(help: "Also those that have stopped or were lost.") var all = false
        @OptionGroup var watch: WatchOption
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Database.withConnection(for: "worker list") { [self] connection in
                try await watch.show {
                    try await connection.workers(past: all)
                } as: {
                    output.write($0, empty: "no worker is alive  →  start one: millrace worker")
                }
            }
        }
    }
}

/// A queue, and perhaps a number for it: `mail` or `mail=2`.
struct QueueFigure: ExpressibleByArgument {
    let queue: String
    let figure: Int?

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, !name.isEmpty else { return nil }
        queue = String(name)
        guard parts.count == 2 else {
            figure = nil
            return
        }
        guard let number = Int(parts[1]) else { return nil }
        figure = number
    }
}
