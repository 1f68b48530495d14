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
    let held = HeldJobs()
    let signal = Signal()
    let ringTurn = RingTurn()
    let ringWish = RingWish()
    let arrivals = Arrivals()
    let doorbell: Doorbell
    let completions: CompletionBatcher
    private let threads: PluginThreads
    private let runner: AttemptRunner
    private let state: Mutex<State>

    /// Asked for after every job, so not behind the lock.
    private let draining = Atomic(false)
    private let orderedSlots: Atomic<Int>
    /// How often a request to cancel was heard of.
    let heardCancel = Atomic(0)

    private struct State {
        var lostClaimAt: ContinuousClock.Instant?
        var orders: WorkerOrders
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
        orderedSlots = Atomic(options.slots)
        // Until it has heard otherwise it takes the more careful way.
        state = Mutex(
            State(
                orders: WorkerOrders(
                    shouldDrain: false, slots: options.slots, hasRateLimits: true, hasQueueSlots: true)))
        let doorbell = Doorbell(local: signal, over: control, logger: logger)
        self.doorbell = doorbell
        completions = CompletionBatcher(
            pool: control, logger: logger, onStale: { liveness.countStale($0) }, onSettled: { doorbell.ring() })
        runner = AttemptRunner(
            registry: registry, pool: control, held: held, liveness: liveness, completions: completions,
            doorbell: doorbell, logger: logger)
        // Enough for every core to be busy while others wait; slots beyond that are for plugins that mostly wait.
        threads = PluginThreads(count: min(options.slots, 2 * max(2, ProcessInfo.processInfo.activeProcessorCount)))
    }

    var isDraining: Bool { draining.load(ordering: .acquiring) }

    /// Jobs to run at once, as last ordered.
    var slots: Int { orderedSlots.load(ordering: .acquiring) }

    /// When the answer to a claim last got lost, so that there may be leases that this worker knows nothing of.
    var lostClaimAt: ContinuousClock.Instant? { state.withLock(\.lostClaimAt) }

    /// Follows what the database wants of this worker.
    func follow(_ orders: WorkerOrders) {
        let changed = state.withLock { state in
            defer { state.orders = orders }
            orderedSlots.store(orders.slots, ordering: .releasing)
            return state.orders.slots != orders.slots || state.orders.hasQueueSlots != orders.hasQueueSlots
        }
        if changed {
            startWaiting()
            signal.ring()
        }
        if orders.shouldDrain, !isDraining {
            logger.info("worker was told to drain")
            drain(grace: nil)
        }
    }

    /// Claims nothing more; after the grace, stops what still runs and gives it back.
    ///
    /// - Parameter grace: how long running jobs may go on; nil for as long as they need.
    func drain(grace: Duration?) {
        draining.store(true, ordering: .releasing)
        signal.ring()
        guard let grace else { return }
        Task {
            try await Task.sleep(for: grace)
            held.stopAll(because: .shutdown)
        }
    }

    /// Claims and runs jobs until drained; returns when all are ended and written.
    func live() async {
        let upkeep = Task(executorPreference: ConnectionThread.executor) {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.keepAlive() }
                group.addTask { await self.watchLease() }
                group.addTask { await self.giveBackStale() }
                group.addTask { await self.poll() }
                group.addTask { await self.report() }
                group.addTask { await self.doorbell.run() }
                if self.options.listens {
                    group.addTask { await self.listen() }
                    group.addTask { await self.countPeers() }
                }
            }
        }
        let writer = Task(executorPreference: ConnectionThread.executor) {
            await self.completions.run(isAlive: { !self.liveness.hasExpired })
        }

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

    /// Claims whenever somebody rings and there is room, and waits at the end until nothing is held any more.
    private func claimUntilDrained() async {
        let descriptions = registry.descriptions
        let offer = Offer(
            queues: options.queues, plugins: descriptions.map(\.name), versions: descriptions.map { Int32($0.version) })
        var book = LaneBook()
        var stock = Stock()
        for await _ in signal.rings {
            if isDraining {
                await giveBack(held.takeWaiting())
                if held.counts.held == 0 { return }
                continue
            }
            let counts = held.counts
            if counts.waiting == 0, counts.running > 0, (slots - counts.running) * 2 < slots {
                // Mostly busy: a moment later more slots may be free, and one claim fills them all.
                await pause(.milliseconds(2))
            }
            while !isDraining, liveness.mayClaim {
                let wanted = stock.wanted(held.counts, slots: slots, lanes: book.floorByLane.count)
                guard wanted > 0 else {
                    _ = ringWish.note(claimed: 0, hasRoom: false)
                    break
                }
                guard let claimed = await claim(upTo: wanted, offer: offer, book: &book) else { break }
                startWaiting()
                if ringWish.note(claimed: claimed, hasRoom: claimed < wanted) { lookAgainSoon() }
                // Of several lanes a claim may take less than there is.
                guard claimed == wanted || (claimed > 0 && book.filledLanes > 1) else {
                    if state.withLock(\.orders.hasRateLimits) { Task { await lookAgainWhenRateAllows() } }
                    break
                }
            }
        }
    }

    /// Claims, and takes in what it was given.
    ///
    /// - Returns: how many jobs; nil when the claim failed.
    private func claim(upTo limit: Int, offer: Offer, book: inout LaneBook) async -> Int? {
        do {
            let heardBefore = heardCancel.load(ordering: .acquiring)
            let holdings = held.holdings(byQueue: state.withLock(\.orders.hasQueueSlots))
            let claimed = try await control.claim(
                for: liveness.worker, upTo: limit, offer: offer, book: &book, holdings: holdings)
            let now = ContinuousClock.now
            held.insert(
                claimed.map {
                    AttemptState(job: $0, pool: pool, doorbell: doorbell, claimedAt: now, logger: logger)
                })
            ringTurn.note(found: claimed.count)
            if !claimed.isEmpty { arrivals.ring() }
            if heardCancel.load(ordering: .acquiring) != heardBefore {
                // It may have been about one of these, which were leased and not here yet.
                Task {
                    do {
                        try await passRequestsToCancel()
                    } catch {
                        logger.debug("left to the next heartbeat: requests to cancel", metadata: ["error": "\(error)"])
                    }
                }
            }
            return claimed.count
        } catch {
            logger.error("claim failed; tried again at the next poll", metadata: ["error": "\(error)"])
            state.withLock { $0.lostClaimAt = .now }
            return nil
        }
    }

    /// Begins waiting jobs, as many as there are free slots.
    private func startWaiting() {
        for begun in held.begin(slots: slots) { start(begun) }
    }

    /// Runs a job, and others after it in the same task as long as that is not cancelled: a task for each would cost more than
    /// many a job does.
    private func start(_ first: HeldJobs.Begun) {
        let task = Task(executorPreference: threads) { [self] in
            var begun = first
            var count = 0
            while true {
                await runner.run(begun.attempt)
                let (next, waiting) = held.end(begun, slots: slots)
                if waiting <= Stock.lowWater || isDraining { signal.ring() }
                guard let next else { return }
                guard next.chain === begun.chain else {
                    start(next)
                    return
                }
                begun = next
                count += 1
                // The other slots' turn.
                if count.isMultiple(of: 16) { await Task.yield() }
            }
        }
        held.attach(task, to: first.chain)
    }

    /// Gives jobs back that have not begun, with their attempts.
    func giveBack(_ attempts: [AttemptState]) async {
        guard !attempts.isEmpty else { return }
        while !liveness.hasExpired {
            do {
                let released = try await control.release(attempts.map(\.job))
                if released < attempts.count { liveness.countStale(attempts.count - released) }
                return
            } catch {
                logger.error(
                    "jobs were not given back", metadata: ["count": "\(attempts.count)", "error": "\(error)"])
                await pause(.milliseconds(200))
            }
        }
    }

    private func lookAgainSoon() {
        Task {
            await pause(RingWish.pause)
            ringWish.look()
            signal.ring()
        }
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
}
