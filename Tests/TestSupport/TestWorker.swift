public import Millrace
import Postgres
import ServiceLifecycle

/// A worker that runs beside a test.
public struct TestWorker: Sendable {
    private let group: ServiceGroup
    private let task: Task<Void, any Error>

    /// Starts a worker, and a coordinator unless told otherwise.
    public init(
        on database: TestDatabase, registry: PluginRegistry,
        options: WorkerOptions = WorkerOptions(name: "test", slots: 4, pollInterval: .milliseconds(50)),
        coordinates: Bool = true
    ) {
        var services: [any Service] = [
            Worker(
                configuration: database.configuration, registry: registry, options: options, logger: TestDatabase.logger
            )
        ]
        if coordinates {
            services.append(
                Coordinator(
                    configuration: database.configuration, interval: .milliseconds(50), logger: TestDatabase.logger))
        }
        let group = ServiceGroup(services: services, logger: TestDatabase.logger)
        self.group = group
        task = Task { try await group.run() }
    }

    /// Asks it to stop in good order and waits until it has.
    public func stop() async throws {
        await group.triggerGracefulShutdown()
        try await task.value
    }
}

extension TestDatabase {
    /// Runs the body beside a worker and a coordinator, and stops them.
    public func withWorker<Result: Sendable>(
        _ registry: PluginRegistry,
        options: WorkerOptions = WorkerOptions(name: "test", slots: 4, pollInterval: .milliseconds(50)),
        _ body: () async throws -> Result
    ) async throws -> Result {
        let worker = TestWorker(on: self, registry: registry, options: options)
        do {
            let result = try await body()
            try await worker.stop()
            return result
        } catch {
            try await worker.stop()
            throw error
        }
    }

    /// Waits until a job has ended, or whoever carries its work on.
    public func end(of job: JobID, within limit: Duration = .seconds(60)) async throws -> JobStanding {
        var current = job
        var last: JobStanding?
        try await eventually("job \(job) ends", within: limit) {
            guard let standing = try await pool.standing(of: current) else { return false }
            last = standing
            if standing.state == .succeeded, let successor = standing.successor {
                current = successor
                return false
            }
            return standing.state.isTerminal
        }
        guard let last else { throw NeverHappened(what: "job \(job) is there") }
        return last
    }
}
