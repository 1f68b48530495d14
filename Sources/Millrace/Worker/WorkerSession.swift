import Foundation
import Logging
import Postgres
import Synchronization

/// One life of a worker: from its registration to its retirement.
final class WorkerSession: Sendable {
    let control: Pool
    let pool: Pool
    let configuration: Configuration
    let registry: PluginRegistry
    let options: WorkerOptions
    let liveness: Liveness
    let logger: Logger
    let running = RunningJobs()
    let signal = Signal()
    let doorbell: Doorbell
    let completions: CompletionBatcher
    private let threads: PluginThreads
    private let state: Mutex<State>

    private struct State {
        var isDraining = false
        var claimsFinished = 0
        var slots: Int
        var hasRateLimits = true
    }

    init(
        control: Pool, pool: Pool, configuration: Configuration, registry: PluginRegistry, options: WorkerOptions,
        liveness: Liveness, logger: Logger
    ) {
        self.control = control
        self.pool = pool
        self.configuration = configuration
        self.registry = registry
        self.options = options
        self.liveness = liveness
        self.logger = logger
        state = Mutex(State(slots: options.slots))
        doorbell = Doorbell(local: signal)
        completions = CompletionBatcher(pool: control, logger: logger)
        // Enough for every core to be busy while others wait; slots beyond that are for plugins that mostly wait.
        threads = PluginThreads(count: min(options.slots, 2 * max(2, ProcessInfo.processInfo.activeProcessorCount)))
    }

    var isDraining: Bool { state.withLock(\.isDraining) }

    /// How many claims have been answered, or have failed.
    var claimsFinished: Int { state.withLock(\.claimsFinished) }

    /// Jobs to run at once, as last ordered.
    var slots: Int { state.withLock(\.slots) }

    /// Follows what the database wants of this worker.
    func follow(_ orders: WorkerOrders) {
        let changed = state.withLock { state in
            defer {
                state.slots = orders.slots
                state.hasRateLimits = orders.hasRateLimits
            }
            return state.slots != orders.slots
        }
        if changed { signal.ring() }
        if orders.shouldDrain, !isDraining {
            logger.info("worker was told to drain")
            drain(grace: nil)
        }
    }

    /// Claims nothing more; after the grace, stops what still runs and gives it back.
    ///
    /// - Parameter grace: how long running jobs may go on; nil for as long as they need.
    func drain(grace: Duration?) {
        state.withLock { $0.isDraining = true }
        signal.ring()
        guard let grace else { return }
        Task {
            try await Task.sleep(for: grace)
            running.stopAll(because: .shutdown)
        }
    }

    /// Claims and runs jobs until drained; returns when all are ended and written.
    func live() async {
        let upkeep = Task {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.keepAlive() }
                group.addTask { await self.watchLease() }
                group.addTask { await self.poll() }
                group.addTask { await self.report() }
                group.addTask { await self.doorbell.forward(over: self.control, logger: self.logger) }
                if self.options.listens {
                    group.addTask { await self.listen() }
                }
            }
        }
        let writer = Task { await completions.run(isAlive: { !self.liveness.hasExpired }) }

        signal.ring()
        await claimUntilDrained()

        threads.finish()
        completions.finish()
        await writer.value
        upkeep.cancel()
        await upkeep.value
        do {
            try await control.retire(worker: liveness.worker)
        } catch {
            logger.warning("worker could not say goodbye; it will count as lost", metadata: ["error": "\(error)"])
        }
    }

    /// Fills free slots whenever somebody rings, and waits for the running jobs at the end.
    private func claimUntilDrained() async {
        let descriptions = registry.descriptions
        let offer = Offer(
            queues: options.queues, plugins: descriptions.map(\.name), versions: descriptions.map { Int32($0.version) })
        let runner = AttemptRunner(
            registry: registry, pool: control, running: running, liveness: liveness, completions: completions,
            doorbell: doorbell, threads: threads, logger: logger)

        await withDiscardingTaskGroup { group in
            for await _ in signal.rings {
                if isDraining { break }
                if running.count > 0, (slots - running.count) * 2 < slots {
                    // Mostly busy: a moment later more slots may be free, and one claim fills them all.
                    await pause(.milliseconds(2))
                }
                while !isDraining, liveness.mayClaim {
                    let free = slots - running.count
                    guard free > 0 else { break }
                    let claimed = await claim(upTo: free, offer: offer)
                    for job in claimed {
                        let attempt = AttemptState(job: job, pool: pool, doorbell: doorbell, logger: logger)
                        running.insert(attempt)
                        group.addTask {
                            await runner.run(attempt)
                            self.running.remove(attempt)
                            self.signal.ring()
                        }
                    }
                    state.withLock { $0.claimsFinished += 1 }
                    guard claimed.count == free else {
                        if state.withLock(\.hasRateLimits) { group.addTask { await self.lookAgainWhenRateAllows() } }
                        break
                    }
                }
            }
        }
    }

    /// Sleeps also in a cancelled task.
    private func pause(_ duration: Duration) async {
        _ = await Task { try await Task.sleep(for: duration) }.result
    }

    /// Rings when a rate limit lets the next job start, if that is before the next poll anyway.
    private func lookAgainWhenRateAllows() async {
        do {
            guard let wait = try await control.rateLimitOpens(), wait < options.pollInterval else { return }
            try await Task.sleep(for: wait)
            signal.ring()
        } catch {
            logger.debug("rate limits were not looked at; the next poll does", metadata: ["error": "\(error)"])
        }
    }

    private func claim(upTo limit: Int, offer: Offer) async -> [ClaimedJob] {
        do {
            return try await control.claim(for: liveness.worker, upTo: limit, offer: offer)
        } catch {
            logger.error("claim failed; tried again at the next poll", metadata: ["error": "\(error)"])
            return []
        }
    }
}
