import Logging
import Postgres

/// Gathers completions while the last batch is on its way, and writes them together.
final class CompletionBatcher: Sendable {
    private struct State {
        var gathered: [Completion] = []
        /// The batch that is on its way.
        var sending: [Completion] = []
    }

    private let state = Lock(State())
    private let signal = Signal()
    private let pool: Pool
    private let logger: Logger
    private let onStale: @Sendable (Int) -> Void
    private let onSettled: @Sendable () -> Void

    /// As many as are written in one statement. More would only make others wait longer for the same work.
    private static let mostAtOnce = 2000
    /// After so many in one statement, jobs end faster than statements: then more are gathered before the next one.
    private static let busy = 32
    private static let gatheringTime = Duration.milliseconds(2)

    /// - Parameters:
    ///   - onStale: told how many completions were refused because their epoch no longer held.
    ///   - onSettled: told when other jobs may have become ready by what was written.
    init(
        pool: Pool, logger: Logger, onStale: @escaping @Sendable (Int) -> Void,
        onSettled: @escaping @Sendable () -> Void
    ) {
        self.pool = pool
        self.logger = logger
        self.onStale = onStale
        self.onSettled = onSettled
    }

    /// Ends a job that succeeded, soon.
    func add(_ completion: Completion) {
        let wasEmpty = state.withLock { state in
            state.gathered.append(completion)
            return state.gathered.count == 1
        }
        if wasEmpty { signal.ring() }
    }

    /// Jobs whose completion is not known to be written.
    var pending: [JobID] {
        state.withLock { ($0.sending + $0.gathered).map(\.job) }
    }

    /// Writes batches until ``finish()`` is called and all are written. A batch that cannot be written is tried again
    /// until `isAlive` says that the lease has run out; then others own the jobs.
    func run(isAlive: @Sendable () -> Bool) async {
        for await _ in signal.rings {
            await writeGathered(isAlive: isAlive)
        }
        await writeGathered(isAlive: isAlive)
    }

    func finish() {
        signal.finish()
    }

    private func writeGathered(isAlive: @Sendable () -> Bool) async {
        while true {
            let batch = state.withLock { state in
                if state.gathered.count <= Self.mostAtOnce {
                    state.sending = state.gathered
                    state.gathered = []
                } else {
                    state.sending = Array(state.gathered.prefix(Self.mostAtOnce))
                    state.gathered.removeFirst(Self.mostAtOnce)
                }
                return state.sending
            }
            guard !batch.isEmpty else { return }
            await write(batch, isAlive: isAlive)
            if batch.count >= Self.busy, canWait { await pause(Self.gatheringTime) }
        }
    }

    /// Whether nobody is known to wait for what is gathered, and it is not much yet.
    private var canWait: Bool {
        state.withLock { state in
            state.gathered.count < Self.mostAtOnce / 2 && !state.gathered.contains(where: \.mayReleaseOthers)
        }
    }

    private func write(_ batch: [Completion], isAlive: @Sendable () -> Bool) async {
        var delay = Duration.milliseconds(50)
        while true {
            do {
                let ended = try await pool.complete(batch)
                if ended.count < batch.count { onStale(batch.count - ended.count) }
                if batch.contains(where: \.mayReleaseOthers) { onSettled() }
                return
            } catch {
                logger.error(
                    "completions were not written", metadata: ["count": "\(batch.count)", "error": "\(error)"])
                guard isAlive() else {
                    onStale(batch.count)
                    return
                }
                await pause(delay)
                delay = min(delay * 2, .seconds(2))
            }
        }
    }
}
