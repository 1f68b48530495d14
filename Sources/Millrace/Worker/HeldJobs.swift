/// The jobs that a worker has leased: those that run, each in a chain, and those that wait here for a slot.
///
/// A few are claimed in advance, so that a slot that becomes free is filled at once, and so that one claim brings many.
///
/// A *chain* is one task that runs one job after another. It ends when there is no other, and as soon as one of its jobs was
/// asked to stop: what is left of a task that was cancelled must not reach the next job.
final class HeldJobs: Sendable {
    private struct Chain {
        var task: Task<Void, Never>?
        var isStopped = false
    }

    /// A job that runs in a chain, or is about to.
    struct Begun: Sendable {
        let attempt: AttemptState
        let chain: Int
    }

    private struct State {
        /// Those that run.
        var begun: [JobID: Begun] = [:]
        var chains: [Int: Chain] = [:]
        var lastChain = 0
        /// Those that have not begun, in the order to begin.
        var waiting = Fifo<AttemptState>()
        var running = 0
        var ended = 0
        /// Those that may take the worker down, as they did before; see `claim.sql`.
        var suspects = 0

        /// Lets the next one begin in a chain; nil when none waits.
        mutating func beginNext(in chain: Int) -> Begun? {
            guard let attempt = waiting.popFirst() else { return nil }
            let next = Begun(attempt: attempt, chain: chain)
            begun[attempt.job.id] = next
            running += 1
            return next
        }

        mutating func forget(_ ended: Begun) {
            running -= 1
            if ended.attempt.job.isSuspect { suspects -= 1 }
            // An attempt that lost its lease may end after the next one at the same job has begun.
            if begun[ended.attempt.job.id]?.attempt === ended.attempt { begun[ended.attempt.job.id] = nil }
        }

        mutating func newChain() -> Int {
            lastChain += 1
            chains[lastChain] = Chain()
            return lastChain
        }
    }

    private let state = Lock(State())

    /// How many there are of what.
    struct Counts: Sendable {
        let waiting: Int
        let running: Int
        /// Those that have ended since the start.
        let ended: Int

        var held: Int { waiting + running }
    }

    var counts: Counts {
        state.withLock { Counts(waiting: $0.waiting.count, running: $0.running, ended: $0.ended) }
    }

    var attempts: [AttemptState] { state.withLock { $0.begun.values.map(\.attempt) + $0.waiting.elements } }

    /// Their ids.
    var ids: [Int64] { attempts.map(\.job.id.rawValue) }

    /// What a claim wants to know of them.
    ///
    /// - Parameter byQueue: whether to count those of each queue, which takes a look at every job.
    func holdings(byQueue: Bool) -> Holdings {
        state.withLock { state in
            var holdings = Holdings(hasSuspect: state.suspects > 0)
            if byQueue {
                let attempts = state.begun.values.map(\.attempt) + state.waiting.elements
                holdings.busyByQueue = attempts.reduce(into: [:]) { $0[$1.job.queue, default: 0] += 1 }
            }
            return holdings
        }
    }

    /// Takes in what was claimed.
    func insert(_ attempts: [AttemptState]) {
        let suspects = attempts.count(where: \.job.isSuspect)
        state.withLock { state in
            state.suspects += suspects
            state.waiting.append(contentsOf: attempts)
        }
    }

    /// The next ones to begin, as many as there are free slots, each in a chain of its own; they count as running from here on.
    func begin(slots: Int) -> [Begun] {
        state.withLock { state in
            var begun: [Begun] = []
            while state.running < slots, !state.waiting.isEmpty, let next = state.beginNext(in: state.newChain()) {
                begun.append(next)
            }
            return begun
        }
    }

    /// Ties its task to a chain, if that has not ended by now. A stop that came before is made good.
    func attach(_ task: Task<Void, Never>, to chain: Int) {
        let isStopped = state.withLock { state in
            state.chains[chain]?.task = task
            return state.chains[chain]?.isStopped ?? false
        }
        if isStopped { task.cancel() }
    }

    /// Forgets one that ran; the next one may begin in its slot.
    ///
    /// - Returns: the next one, which counts as running, in the same chain if that may go on, and in a new one otherwise; and
    ///   how many still wait.
    func end(_ begun: Begun, slots: Int) -> (next: Begun?, waiting: Int) {
        state.withLock { state in
            state.forget(begun)
            state.ended += 1
            var chain = begun.chain
            let isStopped = state.chains[chain]?.isStopped ?? true
            guard state.running < slots, !state.waiting.isEmpty else {
                state.chains[chain] = nil
                return (nil, state.waiting.count)
            }
            if isStopped {
                state.chains[chain] = nil
                chain = state.newChain()
            }
            return (state.beginNext(in: chain), state.waiting.count)
        }
    }

    /// Takes out those that have not begun and came in before a moment; nil for all. They are to be given back.
    func takeWaiting(claimedBefore moment: ContinuousClock.Instant? = nil) -> [AttemptState] {
        state.withLock { state in
            let taken = state.waiting.popFirst { attempt in moment.map { attempt.claimedAt < $0 } ?? true }
            state.suspects -= taken.count(where: \.job.isSuspect)
            return taken
        }
    }

    /// Asks one job to stop, if it is still held under that epoch.
    func stop(_ job: JobID, epoch: Int64, because cause: StopCause) {
        let task: Task<Void, Never>? = state.withLock { state in
            if let entry = state.begun[job], entry.attempt.job.epoch == epoch {
                entry.attempt.stop(because: cause)
                state.chains[entry.chain]?.isStopped = true
                return state.chains[entry.chain]?.task
            }
            // One that waits stops when it begins.
            state.waiting.elements.first { $0.job.id == job && $0.job.epoch == epoch }?.stop(because: cause)
            return nil
        }
        task?.cancel()
    }

    /// Asks all jobs to stop.
    func stopAll(because cause: StopCause) {
        let tasks = state.withLock { state in
            for attempt in state.waiting.elements { attempt.stop(because: cause) }
            return state.begun.values.compactMap { entry in
                entry.attempt.stop(because: cause)
                state.chains[entry.chain]?.isStopped = true
                return state.chains[entry.chain]?.task
            }
        }
        for task in tasks { task.cancel() }
    }
}
