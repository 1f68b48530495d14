public import Logging
public import Postgres
public import ServiceLifecycle

/// Wakes idle workers when jobs have become ready, for programs that enqueue often.
///
/// Rings are gathered for some milliseconds and sent beside the enqueuing, outside of the transactions that made the jobs
/// ready: NOTIFY takes a lock of the whole database at commit, and a commit of its own. So nobody waits for a ring, and a
/// thousand in a second cost what a few cost. A ring that is lost costs at most one poll interval.
///
/// ```swift
/// let doorbell = Doorbell(over: pool, logger: logger)      // run it as one of the program's services
/// try await pool.enqueue(request)
/// doorbell.ring()
/// ```
/// A program that enqueues once in a while does as well with ``Postgres/Session/ringDoorbell()``.
public struct Doorbell: Service {
    /// The worker of this process, which is told at once.
    private let local: Signal?
    private let outgoing = Signal()
    private let pool: Pool
    private let logger: Logger

    private static let gatheringTime = Duration.milliseconds(5)

    /// - Parameters:
    ///   - pool: a connection of it is used for a moment for each ring that is sent.
    ///   - logger: hears of rings that could not be sent.
    public init(over pool: Pool, logger: Logger) {
        self.init(local: nil, over: pool, logger: logger)
    }

    init(local: Signal?, over pool: Pool, logger: Logger) {
        self.local = local
        self.pool = pool
        self.logger = logger
    }

    /// Asks for the workers to be woken soon, and returns at once. To be called after the commit.
    public func ring() {
        local?.ring()
        outgoing.ring()
    }

    /// Sends rings until shutdown or cancellation, and then the last one that was asked for.
    public func run() async {
        await cancelWhenGracefulShutdown { await sendRings() }
        // In a task of its own, since this one may be cancelled.
        if outgoing.isPending { await Task { await send() }.value }
    }

    private func sendRings() async {
        for await _ in outgoing.rings {
            await send()
            do { try await Task.sleep(for: Self.gatheringTime) } catch { return }
        }
    }

    private func send() async {
        do {
            try await pool.ringDoorbell()
        } catch is CancellationError {
            outgoing.ring()  // for the last time
        } catch {
            logger.debug("ring was not sent; workers find the jobs by polling", metadata: ["error": "\(error)"])
        }
    }
}
