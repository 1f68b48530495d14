/// The jobs that a worker has leased: those that run, each in a chain, and those that wait here for a slot.
///
/// A few are claimed in advance, so that a slot that becomes free is filled at once, and so that one claim brings many.
final class HeldJobs: Sendable {
    /// One task that runs one job after another. It ends when there is no other, and as soon as one of its jobs was asked to
    /// stop: what is left of a task that was cancelled must not reach the next job.
    ///
    /// It is `Sendable` without the compiler's check because what it holds is reached under the lock of its ``HeldJobs`` only.
    final class Chain: @unchecked Sendable {
        fileprivate var attempt: AttemptState
        fileprivate var task: Task<Void, Never>?
        fileprivate var isStopped = false
        /// Where it stands among all.
        fileprivate var place: Int

        fileprivate init(_ attempt: AttemptState, place: Int) {
            self.attempt = attempt
            self.place = place
        }
    }

    /// A job that runs in a chain, or is about to.
    struct Begun: Sendable {
        let attempt: AttemptState
        let chain: Chain
    }

    private struct State {
        /// Those that run, in any order. No dictionary by job: that would be changed for every job, and read for hardly any.
        var chains: [Chain] = []
        /// Those that have not begun, in the order to begin.
        var waiting = Fifo<AttemptState>()
        var ended = 0
        /// Those that may take the worker down, as they did before; see `claim.sql`.
        var suspects = 0

        var running: Int { chains.count }
        var attempts: [AttemptState] { chains.map(\.attempt) + waiting.elements }

        /// Lets the next one begin in a chain of its own; nil when none waits.
        mutating func beginNext() -> Begun? {
            guard let attempt = waiting.popFirst() else { return nil }
            let chain = Chain(attempt, place: chains.count)
            chains.append(chain)
            return Begun(attempt: attempt, chain: chain)
        }

        mutating func remove(_ chain: Chain) {
            let last = chains.removeLast()
            if last !== chain {
                chains[chain.place] = last
                last.place = chain.place
            }
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

    var attempts: [AttemptState] { state.withLock(\.attempts) }

    /// Their ids.
    var ids: [Int64] { attempts.map(\.job.id.rawValue) }

    /// What a claim wants to know of them.
    ///
    /// - Parameter byQueue: whether to count those of each queue, which takes a look at every job.
    func holdings(byQueue: Bool) -> Holdings {
        state.withLock { state in
            var holdings = Holdings(hasSuspect: state.suspects > 0)
            if byQueue {
                holdings.busyByQueue = state.attempts.reduce(into: [:]) { $0[$1.job.queue, default: 0] += 1 }
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
            while state.running < slots, let next = state.beginNext() { begun.append(next) }
            return begun
        }
    }

    /// Ties its task to a chain. A stop that came before is made good.
    func attach(_ task: Task<Void, Never>, to chain: Chain) {
        let isStopped = state.withLock { _ in
            chain.task = task
            return chain.isStopped
        }
        if isStopped { task.cancel() }
    }

    /// Forgets one that ran; the next one may begin in its slot.
    ///
    /// - Returns: the next one, which counts as running, in the same chain if that may go on, and in a new one otherwise; and
    ///   how many still wait.
    func end(_ begun: Begun, slots: Int) -> (next: Begun?, waiting: Int) {
        let chain = begun.chain
        return state.withLock { state in
            state.ended += 1
            if begun.attempt.job.isSuspect { state.suspects -= 1 }
            if !chain.isStopped, state.running <= slots, let next = state.waiting.popFirst() {
                chain.attempt = next
                return (Begun(attempt: next, chain: chain), state.waiting.count)
            }
            state.remove(chain)
            let next = state.running < slots ? state.beginNext() : nil
            return (next, state.waiting.count)
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
        func isMeant(_ attempt: AttemptState) -> Bool { attempt.job.id == job && attempt.job.epoch == epoch }
        let task: Task<Void, Never>? = state.withLock { state in
            if let chain = state.chains.first(where: { isMeant($0.attempt) }) {
                chain.attempt.stop(because: cause)
                chain.isStopped = true
                return chain.task
            }
            // One that waits stops when it begins.
            state.waiting.elements.first(where: isMeant)?.stop(because: cause)
            return nil
        }
        task?.cancel()
    }

    /// Asks all jobs to stop.
    func stopAll(because cause: StopCause) {
        let tasks = state.withLock { state in
            for attempt in state.waiting.elements { attempt.stop(because: cause) }
            return state.chains.compactMap { chain in
                chain.attempt.stop(because: cause)
                chain.isStopped = true
                return chain.task
            }
        }
        for task in tasks { task.cancel() }
    }
}
