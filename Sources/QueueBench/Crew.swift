import ArgumentParser
import Millrace
import Postgres
import ServiceLifecycle

/// How a worker process is set up.
struct WorkerArguments: ParsableArguments {
    @Option(help: "Jobs at once.") var slots = 1000
    @Option(help: "The worker's name.") var name = "bench"
}

/// A worker and a coordinator, as a process of a small installation has both.
struct Crew {
    private let worker: Worker
    private let coordinator: Coordinator

    init(_ arguments: WorkerArguments, tally: Tally) throws {
        try self.init(registry: try Nothing.registry(tally), name: arguments.name, slots: arguments.slots)
    }

    init(registry: PluginRegistry, name: String, slots: Int) throws {
        let configuration = try Configuration()
        worker = Worker(
            configuration: configuration, registry: registry, options: WorkerOptions(name: name, slots: slots),
            logger: QueueBench.quiet)
        coordinator = Coordinator(configuration: configuration, logger: QueueBench.quiet)
    }

    /// Works until `end` returns, then shuts down. Says meanwhile how many jobs have run: "ran ALL STAMPED", a hundred
    /// times a second at most.
    func work(reporting tally: Tally? = nil, until end: () async throws -> Void) async throws {
        let group = ServiceGroup(services: [worker, coordinator], logger: QueueBench.quiet)
        let running = Task { try await group.run() }
        let reporting = Task {
            guard let tally else { return }
            var said = 0
            while !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(10))
                let count = tally.count
                if count != said { say("ran \(count) \(tally.countOfStamped)") }
                said = count
            }
        }
        defer { reporting.cancel() }
        try await end()
        await group.triggerGracefulShutdown()
        try await running.value
    }
}
