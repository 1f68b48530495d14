public import Logging
public import Postgres
public import ServiceLifecycle
import Synchronization

/// Wakes idle workers when jobs have become ready, for programs that enqueue often.
///
/// Rings are gathered for some milliseconds and sent beside the enqueuing, outside of the transactions that made the jobs
/// ready: NOTIFY takes a lock of the whole database at commit, and a commit of its own. So nobody waits for a ring, and a
/// thousand in a second cost what a few cost. A ring that is lost costs at most one poll interval.
///
/// ```swift
/// let doorbell = Doorbell(over: pool, logger: logger)      // run it as one of the program's services
/// try await doorbell.enqueue(request)
/// ```
/// Where the jobs are made ready in another way, such as in a transaction, ``ring()`` is called after the commit.
///
/// A program that enqueues once in a while does as well with ``Postgres/Session/ringDoorbell()``.
public final class Doorbell: Service {
    /// The worker of this process, which is told at once.
    private let local: Signal?
    private let outgoing = Signal()
    private let pool: Pool
    private let logger: Logger
    private let rings = Mutex(Rings())

    private struct Rings {
        var lastSent: ContinuousClock.Instant?
        /// What was asked for after the last one was sent.
        var owed: Ring?

        mutating func owe(_ ring: Ring) {
            if owed == nil { owed = ring } else { owed?.formUnion(ring) }
        }
    }

    private static let gatheringTime = Duration.milliseconds(5)

    /// - Parameters:
    ///   - pool: a connection of it is used for a moment for each ring that is sent.
    ///   - logger: hears of rings that could not be sent.
    public convenience init(over pool: Pool, logger: Logger) {
        self.init(local: nil, over: pool, logger: logger)
    }

    init(local: Signal?, over pool: Pool, logger: Logger) {
        self.local = local
        self.pool = pool
        self.logger = logger
    }

    /// Enqueues jobs over the doorbell's pool, and wakes idle workers once they are committed.
    ///
    /// The ring goes with the jobs in one round trip, in a transaction of its own behind theirs, unless one was sent some
    /// milliseconds ago: then it is gathered.
    ///
    /// - Returns: their ids, in the same order; where a unique key kept one out, that of the job that is there.
    /// - Throws: `PostgresError` whose message names the job of the array and what is wrong with it. A ring that could not
    ///   be sent is no error.
    public func enqueue(_ requests: [JobRequest]) async throws -> [JobID] {
        guard !requests.isEmpty else { return [] }
        let asked = Ring(for: requests)
        guard let ring = ringAtOnce(asked) else { return try await enqueueAndGather(requests, asked) }
        do {
            let call = try EnqueueCall(requests)
            let results = try await pool.withConnection { connection in
                try await connection.pipeline { batch in
                    batch.query(call.statement, parameters: call.parameters)
                    batch.commit()
                    batch.query(ringStatement, parameters: [ring.channels])
                }
            }
            let ids = try call.outcome(of: try results[0].get()).map(\.id)
            local?.ring()
            if case .failure(let error) = results[1] {
                logger.debug("ring was not sent with its jobs; it follows", metadata: ["error": "\(error)"])
                ask(ring)
            }
            return ids
        } catch {
            ask(ring)  // for what was gathered before
            if let error = error as? PostgresError, error.saysPlanIsStale {
                return try await enqueueAndGather(requests, asked)
            }
            throw error
        }
    }

    /// Enqueues one job over the doorbell's pool, and wakes idle workers once it is committed.
    @discardableResult
    public func enqueue(_ request: JobRequest) async throws -> JobID {
        try await enqueue([request])[0]
    }

    private func enqueueAndGather(_ requests: [JobRequest], _ ring: Ring) async throws -> [JobID] {
        let ids = try await pool.enqueue(requests)
        local?.ring()
        ask(ring)
        return ids
    }

    /// What to send with the jobs, where the last ring is long enough ago for one without gathering; it counts as sent then.
    private func ringAtOnce(_ ring: Ring) -> Ring? {
        let now = ContinuousClock.now
        return rings.withLock { rings in
            if let last = rings.lastSent, last.duration(to: now) < Self.gatheringTime { return nil }
            rings.owe(ring)
            rings.lastSent = now
            return rings.owed.take()
        }
    }

    /// Asks for all workers to be woken soon, and returns at once. To be called after the commit.
    public func ring() {
        local?.ring()
        ask(.everybody)
    }

    private func ask(_ ring: Ring) {
        rings.withLock { $0.owe(ring) }
        outgoing.ring()
    }

    /// Sends rings until shutdown or cancellation, and then the last one that was asked for.
    public func run() async {
        await cancelWhenGracefulShutdown { await self.sendRings() }
        // In a task of its own, since this one may be cancelled.
        await Task { await send() }.value
    }

    private func sendRings() async {
        for await _ in outgoing.rings {
            // A moment longer than the gathering, so that jobs enqueued meanwhile may take it along.
            while let last = rings.withLock({ $0.owed == nil ? nil : $0.lastSent }),
                case let pause = Self.gatheringTime + .milliseconds(1) - last.duration(to: .now), pause > .zero
            {
                do { try await Task.sleep(for: pause) } catch { return }
            }
            await send()
        }
    }

    /// Sends what is owed, if anything is.
    private func send() async {
        let owed = rings.withLock { rings in
            if rings.owed != nil { rings.lastSent = .now }
            return rings.owed.take()
        }
        guard let owed else { return }
        do {
            try await pool.send(owed)
        } catch is CancellationError {
            rings.withLock { $0.owe(owed) }  // for the last time
        } catch {
            logger.debug("ring was not sent; workers find the jobs by polling", metadata: ["error": "\(error)"])
        }
    }
}
