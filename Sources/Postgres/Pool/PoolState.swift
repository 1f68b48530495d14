/// What a pool knows, and every step from one state to the next; without waiting and without a socket.
struct PoolState {
    struct Waiter {
        let ticket: Int
        let continuation: CheckedContinuation<Lease, any Error>
    }

    /// A connection as it is handed out.
    struct Lease {
        let connection: Connection
        /// Since when it was idle; `nil` when it comes from another user or was just opened.
        let idleSince: ContinuousClock.Instant?
    }

    struct Idle {
        let connection: Connection
        let since: ContinuousClock.Instant
    }

    let maximum: Int
    let minimumIdle: Int
    /// In the order in which they became idle.
    var idle: [Idle] = []
    var inUse: [ObjectIdentifier: Connection] = [:]
    var waiters: [Waiter] = []
    var openers: [Int: Task<Void, Never>] = [:]
    /// Openers whose task is not in ``openers`` yet, or is.
    var opening = 0
    var isClosed = false
    /// Those who wait for the last connection to come back.
    var closers: [CheckedContinuation<Void, Never>] = []
    var lastFailure: ConnectFailure?
    var counters = PoolStatistics()
    private var lastTicket = 0

    init(maximum: Int, minimumIdle: Int) {
        self.maximum = max(maximum, 1)
        self.minimumIdle = min(max(minimumIdle, 0), self.maximum)
    }

    var isWithoutConnection: Bool { idle.isEmpty && inUse.isEmpty }

    mutating func nextTicket() -> Int {
        lastTicket += 1
        return lastTicket
    }

    /// Lends the connection that was used last, unless others wait already.
    mutating func lendIdle() -> Lease? {
        guard waiters.isEmpty, let latest = idle.popLast() else { return nil }
        return lend(latest.connection, idleSince: latest.since)
    }

    mutating func lend(_ connection: Connection, idleSince: ContinuousClock.Instant?) -> Lease {
        inUse[ObjectIdentifier(connection)] = connection
        counters.acquired += 1
        return Lease(connection: connection, idleSince: idleSince)
    }

    /// What becomes of a connection that is free: it goes to the first waiter, or becomes idle.
    enum Placement {
        case handedTo(CheckedContinuation<Lease, any Error>, Lease)
        case kept
        case refused
    }

    mutating func place(_ connection: Connection, isReusable: Bool) -> Placement {
        inUse[ObjectIdentifier(connection)] = nil
        guard isReusable, !isClosed else { return .refused }
        guard !waiters.isEmpty else {
            idle.append(Idle(connection: connection, since: .now))
            return .kept
        }
        return .handedTo(waiters.removeFirst().continuation, lend(connection, idleSince: nil))
    }

    mutating func removeWaiter(_ ticket: Int) -> CheckedContinuation<Lease, any Error>? {
        guard let index = waiters.firstIndex(where: { $0.ticket == ticket }) else { return nil }
        return waiters.remove(at: index).continuation
    }

    /// How many more connections should be opened now; they count as being opened from here on.
    mutating func claimOpenings() -> Int {
        guard !isClosed else { return 0 }
        let room = maximum - idle.count - inUse.count - opening
        let wanted = max(waiters.count, minimumIdle - idle.count) - opening
        let count = max(0, min(room, wanted))
        opening += count
        return count
    }

    /// Those who wait for the end of a closed pool, once it has come.
    mutating func takeClosersIfEmpty() -> [CheckedContinuation<Void, Never>] {
        guard isClosed, inUse.isEmpty else { return [] }
        defer { closers = [] }
        return closers
    }

    var statistics: PoolStatistics {
        var statistics = counters
        statistics.maximum = maximum
        statistics.idle = idle.count
        statistics.inUse = inUse.count
        statistics.opening = opening
        statistics.waiting = waiters.count
        return statistics
    }
}
