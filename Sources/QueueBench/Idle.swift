import ArgumentParser
import Millrace
import Postgres
import ServiceLifecycle

struct Idle: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run workers that have nothing to do until told to stop.",
        discussion: "They serve a queue of their own that gets no jobs, and poll and listen as any worker.")

    @Option(help: "How many in this process.") var workers = 1
    @Option(help: "Slots of each.") var slots = 4

    func run() async throws {
        let configuration = try Configuration()
        let services = try (0..<workers).map { number in
            Worker(
                configuration: configuration, registry: try Nothing.registry(),
                options: WorkerOptions(name: "bench-idle-\(number)", queues: ["bench-idle"], slots: slots),
                logger: QueueBench.quiet)
        }
        let group = ServiceGroup(services: services, logger: QueueBench.quiet)
        var orders = Orders()
        await orders.waitForGo()
        let running = Task { try await group.run() }
        await orders.waitForStop()
        await group.triggerGracefulShutdown()
        try await running.value
        try say(["workers": workers])
    }
}
