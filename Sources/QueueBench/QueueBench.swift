import ArgumentParser
import Foundation
import Logging
import Millrace
import Postgres
import ServiceLifecycle
import Synchronization

/// Measures the queue with jobs that do nothing. Used by the scripts in `ops/bench/`, which lay the database.
@main
struct QueueBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue-bench", abstract: "Measure the queue with jobs that do nothing.",
        discussion: "The database is named by DATABASE_URL and must be migrated. Each command prints one JSON line.",
        subcommands: [Enqueue.self, Drain.self])

    static var quiet: Logger {
        var logger = Logger(label: "queue-bench")
        logger.logLevel = .error
        return logger
    }

    struct Enqueue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Enqueue jobs, many in a statement.")

        @Option(help: "How many.") var jobs = 100_000
        @Option(help: "How many in a statement.") var batch = 1000
        @Option(help: "Different values of the argument `tenant`.") var tenants = 1

        func run() async throws {
            let pool = Pool(try Configuration(), maximumConnections: 2, logger: QueueBench.quiet)
            try await pool.publish(Registry.descriptions())
            let start = ContinuousClock.now
            var sent = 0
            while sent < jobs {
                let count = min(batch, jobs - sent)
                _ = try await pool.enqueue(
                    try (sent..<sent + count).map { try JobRequest(Nothing.self, .init(tenant: "t\($0 % tenants)")) })
                sent += count
            }
            let seconds = start.duration(to: .now) / .seconds(1)
            await pool.close()
            print(
                #"{"what": "enqueue", "jobs": \#(sent), "seconds": \#(seconds), "per_second": \#(Double(sent) / seconds)}"#
            )
        }
    }

    struct Drain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Run ready jobs until there are none.")

        @Option(help: "Jobs at once.") var slots = 100
        @Option(help: "The worker's name.") var name = "bench"

        func run() async throws {
            let configuration = try Configuration()
            let ran = Counter()
            let worker = Worker(
                configuration: configuration, registry: try Registry.make(ran),
                options: WorkerOptions(name: name, slots: slots), logger: QueueBench.quiet)
            let group = ServiceGroup(services: [worker], logger: QueueBench.quiet)
            let start = ContinuousClock.now
            let running = Task { try await group.run() }
            let pool = Pool(configuration, maximumConnections: 1, logger: QueueBench.quiet)
            while try await pool.query(
                "SELECT EXISTS (SELECT FROM millrace.ready) OR EXISTS (SELECT FROM millrace.lease)")[0][0]
                as Bool
            {
                try await Task.sleep(for: .milliseconds(20))
            }
            let seconds = start.duration(to: .now) / .seconds(1)
            await group.triggerGracefulShutdown()
            try await running.value
            await pool.close()
            let count = ran.count
            print(
                #"{"what": "drain", "jobs": \#(count), "seconds": \#(seconds), "per_second": \#(Double(count) / seconds)}"#
            )
        }
    }
}

/// A job that does nothing.
private struct Nothing: Plugin {
    struct Arguments: Codable, Sendable {
        var tenant = ""
    }

    static let name = "bench.nothing"
    static let arguments = ArgumentSchema(defaults: Arguments())
    var ran = Counter()

    func run(_ job: JobContext<Arguments>) async throws {
        ran.add()
    }
}

private enum Registry {
    static func make(_ ran: Counter) throws -> PluginRegistry {
        var registry = PluginRegistry()
        try registry.register(Nothing(ran: ran))
        return registry
    }

    static func descriptions() throws -> [PluginDescription] { try make(Counter()).descriptions }
}

private final class Counter: Sendable {
    private let value = Atomic<Int>(0)
    var count: Int { value.load(ordering: .relaxed) }
    func add() { value.add(1, ordering: .relaxed) }
}
