import Logging
import Synchronization

extension Pool {
    /// A connection that is idle for no longer is not looked at before it is lent: it can break after the look as well.
    private static let justUsed = Duration.milliseconds(1)

    /// Takes a connection: an idle one, or the next that comes free or is opened.
    func acquire() async throws -> Connection {
        let deadline = ContinuousClock.now + acquireTimeout
        while true {
            try Task.checkCancellation()
            let lease = try await nextLease(until: deadline)
            guard let idle = lease.idleSince.map({ .now - $0 }), idle > Self.justUsed else { return lease.connection }
            if await lease.connection.isAlive(idleFor: idle) { return lease.connection }
            await settle(lease.connection, isReusable: false)
        }
    }

    /// Takes a connection back.
    func giveBack(_ connection: Connection) async {
        var isReusable = connection.isClean
        if !isReusable { isReusable = await connection.settle() }
        if isReusable, isTooOld(connection) {
            await settle(connection, isReusable: false, isDropped: false)
        } else {
            await settle(connection, isReusable: isReusable)
        }
    }

    /// Closes what was idle for too long, and opens what should be ready.
    func retireIdle() async {
        let retired = state.withLock { state -> [PoolState.Idle] in
            var retired: [PoolState.Idle] = []
            var surplus = state.idle.count - state.minimumIdle
            state.idle.removeAll { entry in
                let isRetired = isTooOld(entry.connection) || (surplus > 0 && .now - entry.since > idleTimeout)
                if isRetired {
                    surplus -= 1
                    retired.append(entry)
                }
                return isRetired
            }
            return retired
        }
        for entry in retired { await entry.connection.close() }
        openIfNeeded()
    }

    /// Starts as many openers as there are waiters without a connection to hope for.
    func openIfNeeded() {
        let count = state.withLock { $0.claimOpenings() }
        for _ in 0..<count {
            let ticket = state.withLock { $0.nextTicket() }
            let task = Task { [weak self] in
                await self?.open()
                self?.state.withLock { $0.openers[ticket] = nil }
            }
            state.withLock { state in
                // An opener that has ended already leaves a task here that does nothing.
                state.openers[ticket] = task
            }
        }
    }

    private func isTooOld(_ connection: Connection) -> Bool {
        .now - connection.openedAt > maximumLifetime
    }

    private func nextLease(until deadline: ContinuousClock.Instant) async throws -> PoolState.Lease {
        let (lease, ticket) = try state.withLock { state in
            if state.isClosed { throw PoolError.closed }
            return (state.lendIdle(), state.nextTicket())
        }
        if let lease { return lease }
        let timer = Task { [weak self] in
            do { try await Task.sleep(until: deadline, clock: .continuous) } catch { return }
            self?.expire(ticket)
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enqueue(PoolState.Waiter(ticket: ticket, continuation: continuation))
                // The handler may have run before there was something to find.
                if Task.isCancelled { leave(ticket) }
            }
        } onCancel: {
            leave(ticket)
        }
    }

    private func enqueue(_ waiter: PoolState.Waiter) {
        let outcome = state.withLock { state -> Result<PoolState.Lease, any Error>? in
            if state.isClosed { return .failure(PoolError.closed) }
            if let lease = state.lendIdle() { return .success(lease) }
            state.waiters.append(waiter)
            return nil
        }
        if let outcome { waiter.continuation.resume(with: outcome) } else { openIfNeeded() }
    }

    private func leave(_ ticket: Int) {
        state.withLock { $0.removeWaiter(ticket) }?.resume(throwing: CancellationError())
    }

    private func expire(_ ticket: Int) {
        let (continuation, error) = state.withLock {
            state -> (CheckedContinuation<PoolState.Lease, any Error>?, any Error) in
            let waiter = state.removeWaiter(ticket)
            if waiter != nil { state.counters.timedOut += 1 }
            if state.isWithoutConnection, let failure = state.lastFailure { return (waiter, failure.error) }
            return (waiter, PoolError.timedOut(waited: acquireTimeout, maximum: state.maximum))
        }
        continuation?.resume(throwing: error)
    }

    /// Finds a place for a connection that is free, and closes it when there is none.
    private func settle(_ connection: Connection, isReusable: Bool, isDropped: Bool = true) async {
        let (placement, closers) = state.withLock { state in
            let placement = state.place(connection, isReusable: isReusable)
            if isDropped, !isReusable { state.counters.dropped += 1 }
            return (placement, state.takeClosersIfEmpty())
        }
        switch placement {
        case .handedTo(let continuation, let lease): continuation.resume(returning: lease)
        case .kept: break
        case .refused:
            await connection.close()
            openIfNeeded()
        }
        for closer in closers { closer.resume() }
    }

    /// Opens one connection; tries again as long as that may help and somebody waits.
    private func open() async {
        var pause = Duration.milliseconds(100)
        while true {
            do {
                let connection = try await Connection.open(configuration, logger: logger)
                let placement = state.withLock { state in
                    state.opening -= 1
                    state.counters.opened += 1
                    state.lastFailure = nil
                    return state.place(connection, isReusable: true)
                }
                switch placement {
                case .handedTo(let continuation, let lease): continuation.resume(returning: lease)
                case .kept: break
                case .refused: await connection.close()
                }
                return
            } catch {
                guard await mayTryAgain(after: error, pause: pause) else { return }
                pause = min(pause * 2, .seconds(5))
            }
        }
    }

    /// Decides what a failure to connect means; when it may pass, waits a while.
    private func mayTryAgain(after error: any Error, pause: Duration) async -> Bool {
        if let failure = error as? ConnectFailure, failure.isTransient {
            logger.debug("connecting again soon", metadata: ["reason": "\(failure.reason)"])
            state.withLock { $0.lastFailure = failure }
            do {
                try await Task.sleep(for: pause * Double.random(in: 0.5...1))
                if state.withLock({ !$0.isClosed && $0.waiters.count > 0 }) { return true }
            } catch {
                // The pool was closed.
            }
            state.withLock { $0.opening -= 1 }
            // Somebody may have come between the last look and this line.
            openIfNeeded()
            return false
        }
        let seen = (error as? ConnectFailure)?.error ?? error
        let failed = state.withLock { state -> [PoolState.Waiter] in
            state.opening -= 1
            // While others hold connections, those who wait can still get one.
            guard state.isWithoutConnection else { return [] }
            defer { state.waiters = [] }
            return state.waiters
        }
        if !(error is CancellationError) {
            logger.error("cannot open a connection", metadata: ["error": "\(seen)"])
        }
        for waiter in failed { waiter.continuation.resume(throwing: seen) }
        return false
    }
}
