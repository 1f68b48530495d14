import Synchronization

/// The jobs that a worker has leased: those that run, each with its task, and those that wait here for a slot.
///
/// A few are claimed in advance, so that a slot that becomes free is filled at once, and so that one claim brings many.
final class HeldJobs: Sendable {
    private struct Entry {
        let attempt: AttemptState
        var task: Task<Void, Never>?
    }

    private struct State {
        var entries: [JobID: Entry] = [:]
        /// Those that have not begun, in the order to begin. Taken from `next` on, so that taking one moves nothing.
        var waiting: [AttemptState] = []
        var next = 0
        var running = 0
        var ended = 0
        /// Those that may take the worker down, as they did before; see `claim.sql`.
        var suspects = 0

        var waitingCount: Int { waiting.count - next }

        mutating func forget(_ attempt: AttemptState) {
            guard entries[attempt.job.id]?.attempt === attempt else { return }
            entries[attempt.job.id] = nil
            if attempt.job.isSuspect { suspects -= 1 }
        }

        mutating func takeWaiting(_ count: Int) -> [AttemptState] {
            guard count > 0 else { return [] }
            let taken = Array(waiting[next..<next + count])
            next += count
            if next == waiting.count {
                waiting.removeAll(keepingCapacity: true)
                next = 0
            } else if next > 4096 {
                waiting.removeFirst(next)
                next = 0
            }
            return taken
        }
    }

    private let state = Mutex(State())

    /// How many there are of what.
    struct Counts: Sendable {
        let waiting: Int
        let running: Int
        /// Those that have ended since the start.
        let ended: Int

        var held: Int { waiting + running }
    }

    var counts: Counts {
        state.withLock { Counts(waiting: $0.waitingCount, running: $0.running, ended: $0.ended) }
    }

    var attempts: [AttemptState] { state.withLock { $0.entries.values.map(\.attempt) } }

    /// Their ids.
    var ids: [Int64] { state.withLock { $0.entries.keys.map(\.rawValue) } }

    /// What a claim wants to know of them.
    ///
    /// - Parameter byQueue: whether to count those of each queue, which takes a look at every job.
    func holdings(byQueue: Bool) -> Holdings {
        state.withLock { state in
            var holdings = Holdings(hasSuspect: state.suspects > 0)
            if byQueue {
                holdings.busyByQueue = state.entries.values.reduce(into: [:]) { counts, entry in
                    counts[entry.attempt.job.queue, default: 0] += 1
                }
            }
            return holdings
        }
    }

    /// Takes in what was claimed.
    func insert(_ attempts: [AttemptState]) {
        state.withLock { state in
            for attempt in attempts {
                state.entries[attempt.job.id] = Entry(attempt: attempt)
                if attempt.job.isSuspect { state.suspects += 1 }
            }
            state.waiting.append(contentsOf: attempts)
        }
    }

    /// The next ones to begin, as many as there are free slots; they count as running from here on.
    func begin(slots: Int) -> [AttemptState] {
        state.withLock { state in
            let begun = state.takeWaiting(min(state.waitingCount, max(0, slots - state.running)))
            state.running += begun.count
            return begun
        }
    }

    /// Ties its task to an attempt. A stop that came before is made good.
    func attach(_ task: Task<Void, Never>, to attempt: AttemptState) {
        let isStopped = state.withLock { state in
            state.entries[attempt.job.id]?.task = task
            return attempt.stopCause != nil
        }
        if isStopped { task.cancel() }
    }

    /// Forgets one that ran; the next one may begin in its slot.
    ///
    /// - Returns: the next one, which counts as running, and how many still wait.
    func end(_ attempt: AttemptState, slots: Int) -> (next: AttemptState?, waiting: Int) {
        state.withLock { state in
            state.forget(attempt)
            state.running -= 1
            state.ended += 1
            guard state.running < slots, state.waitingCount > 0 else { return (nil, state.waitingCount) }
            state.running += 1
            return (state.takeWaiting(1)[0], state.waitingCount)
        }
    }

    /// Takes out those that have not begun and came in before a moment; nil for all. They are to be given back.
    func takeWaiting(claimedBefore moment: ContinuousClock.Instant? = nil) -> [AttemptState] {
        state.withLock { state in
            let count =
                moment.map { moment in state.waiting[state.next...].prefix { $0.claimedAt < moment }.count }
                ?? state.waitingCount
            let taken = state.takeWaiting(count)
            for attempt in taken { state.forget(attempt) }
            return taken
        }
    }

    /// Asks one job to stop, if it is still held under that epoch.
    func stop(_ job: JobID, epoch: Int64, because cause: StopCause) {
        let task: Task<Void, Never>? = state.withLock { state in
            guard let entry = state.entries[job], entry.attempt.job.epoch == epoch else { return nil }
            entry.attempt.stop(because: cause)
            return entry.task
        }
        task?.cancel()
    }

    /// Asks all jobs to stop.
    func stopAll(because cause: StopCause) {
        for attempt in attempts {
            stop(attempt.job.id, epoch: attempt.job.epoch, because: cause)
        }
    }
}
