import Logging
import Postgres
import Synchronization

/// Gathers completions while the last batch is on its way, and writes them together.
final class CompletionBatcher: Sendable {
    private struct Waiting {
        let completion: Completion
        let continuation: CheckedContinuation<Bool, Never>
    }

    private let waiting = Mutex<[Waiting]>([])
    private let signal = Signal()
    private let pool: Pool
    private let logger: Logger

    init(pool: Pool, logger: Logger) {
        self.pool = pool
        self.logger = logger
    }

    /// Ends a job that succeeded.
    ///
    /// - Returns: false when its epoch no longer holds.
    func complete(_ completion: Completion) async -> Bool {
        await withCheckedContinuation { continuation in
            waiting.withLock { $0.append(Waiting(completion: completion, continuation: continuation)) }
            signal.ring()
        }
    }

    /// Writes batches until ``finish()`` is called and all are written. A batch that cannot be written is tried again
    /// until `isAlive` says that the lease has run out; then others own the jobs.
    func run(isAlive: @Sendable () -> Bool) async {
        for await _ in signal.rings {
            await writeWaiting(isAlive: isAlive)
        }
        await writeWaiting(isAlive: isAlive)
    }

    func finish() {
        signal.finish()
    }

    private func writeWaiting(isAlive: @Sendable () -> Bool) async {
        let batch = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        guard !batch.isEmpty else { return }
        var delay = Duration.milliseconds(50)
        while true {
            do {
                let ended = try await pool.complete(batch.map(\.completion))
                for entry in batch { entry.continuation.resume(returning: ended.contains(entry.completion.job)) }
                return
            } catch {
                logger.error(
                    "completions were not written", metadata: ["count": "\(batch.count)", "error": "\(error)"])
                guard isAlive() else {
                    for entry in batch { entry.continuation.resume(returning: false) }
                    return
                }
                let pause = delay
                _ = await Task { try await Task.sleep(for: pause) }.result
                delay = min(delay * 2, .seconds(2))
            }
        }
    }
}
