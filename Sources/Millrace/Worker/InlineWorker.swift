package import Logging
package import Postgres

/// A worker without a loop: it claims and runs when it is told to, in the task of whoever tells it. For tests of plugins.
package struct InlineWorker: Sendable {
    private let pool: Pool
    private let registry: PluginRegistry
    private let logger: Logger
    private let id: Int64

    /// A test may stop in a debugger for as long as it likes.
    private static let lease = Duration.seconds(24 * 3600)

    /// Registers a worker that offers the plugins of the registry.
    package init(pool: Pool, registry: PluginRegistry, logger: Logger) async throws {
        self.pool = pool
        self.registry = registry
        self.logger = logger
        try await pool.publish(registry.descriptions)
        let options = WorkerOptions(name: "inline", slots: 1, lease: Self.lease, version: "test")
        id = try await pool.register(options, offering: registry.descriptions)
    }

    /// Claims up to `limit` ready jobs and runs them one after the other.
    ///
    /// - Parameter queues: only jobs of these; nil for all.
    /// - Returns: the jobs that were run, in the order in which they were.
    package func runReady(upTo limit: Int, queues: [String]? = nil) async throws -> [JobID] {
        let descriptions = registry.descriptions
        let offer = Offer(
            queues: queues, plugins: descriptions.map(\.name), versions: descriptions.map { Int32($0.version) })
        let claimed = try await pool.claim(for: id, upTo: limit, offer: offer)
        guard !claimed.isEmpty else { return [] }

        let liveness = Liveness(worker: id, confirmedAt: .now, lease: Self.lease)
        let completions = CompletionBatcher(pool: pool, logger: logger, onStale: { _ in }, onSettled: {})
        let writer = Task { await completions.run(isAlive: { true }) }
        let held = HeldJobs()
        let runner = AttemptRunner(
            registry: registry, pool: pool, held: held, liveness: liveness, completions: completions,
            doorbell: Doorbell(over: pool, logger: logger), logger: logger)
        held.insert(
            claimed.map { AttemptState(job: $0, pool: pool, doorbell: runner.doorbell, logger: logger) })
        var next = held.begin(slots: 1).first
        while let begun = next {
            // A task of its own, so that it can be stopped.
            let task = Task { await runner.run(begun.attempt) }
            held.attach(task, to: begun.chain)
            await task.value
            next = held.end(begun, slots: 1).next
        }
        completions.finish()
        await writer.value
        return claimed.map(\.id)
    }

    /// Says that it has ended.
    package func retire() async throws {
        try await pool.retire(worker: id)
    }
}
