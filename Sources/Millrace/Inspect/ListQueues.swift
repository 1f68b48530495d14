public import Postgres

private let queuesStatement: Statement = """
    SELECT queue, ready::text, scheduled::text, blocked::text, parked::text, running::text, succeeded_24h::text,
        failed_24h::text, extract(epoch FROM oldest_ready)::numeric(12, 3)::text, to_json(paused_at) #>> '{}', paused_by,
        to_json(draining_at) #>> '{}', draining_by, extract(epoch FROM aging)::numeric(12, 3)::text
    FROM millrace.v_queue ORDER BY queue
    """

private let workersStatement: Statement = """
    SELECT id::text, name, host, pid::text, state, running || '/' || slots, coalesce(array_to_string(queues, ', '), 'all'),
        cardinality(plugins)::text, extract(epoch FROM silent_for)::numeric(12, 3)::text,
        to_json(started_at) #>> '{}', nullif(queue_slots, '{}')::text, nullif(queue_weights, '{}')::text,
        nullif(stale_outcomes, 0)::text, clock_ahead_ms::text, version
    FROM millrace.v_worker
    WHERE state IN ('alive', 'draining') OR $1
    ORDER BY v_worker.id
    """

private let pluginsStatement: Statement = """
    SELECT plugin.name, plugin.version::text, plugin.queue, plugin.max_attempts::text,
        (SELECT count(*) FROM millrace.v_worker WHERE state = 'alive' AND plugin.name = ANY (plugins))::text, plugin.summary
    FROM millrace.plugin ORDER BY plugin.name
    """

private let openStatement: Statement = """
    SELECT ready, scheduled, blocked, parked, running, paused_at IS NOT NULL FROM millrace.v_queue WHERE queue = $1
    """

private let liveWorkersStatement: Statement = """
    SELECT count(*), coalesce(sum(running), 0)::bigint FROM millrace.v_worker
    WHERE name = $1 AND state IN ('alive', 'draining')
    """

private let healthStatement: Statement = "SELECT check_name, status, value, way_out FROM millrace.v_health"

/// What a queue has still to do.
public struct QueueBacklog: Sendable, Hashable {
    /// Jobs by where they stand.
    public let ready: Int, scheduled: Int, blocked: Int, parked: Int, running: Int
    /// Whether none of them is claimed.
    public let isPaused: Bool

    /// All of them.
    public var jobs: Int { ready + scheduled + blocked + parked + running }
}

extension Session {
    /// What a queue has still to do; nil when there is no such queue.
    public func backlog(ofQueue queue: String) async throws -> QueueBacklog? {
        guard let row = try await first(openStatement, queue) else { return nil }
        let (ready, scheduled, blocked, parked, running, isPaused) = try row.decode(
            Int.self, Int.self, Int.self, Int.self, Int.self, Bool.self)
        return QueueBacklog(
            ready: ready, scheduled: scheduled, blocked: blocked, parked: parked, running: running, isPaused: isPaused)
    }

    /// How many workers of a name have not ended, and how many jobs they run.
    public func liveWorkers(named name: String) async throws -> (workers: Int, running: Int) {
        let row = try await query(liveWorkersStatement, name)[0]
        return (try row[0], try row[1])
    }

    /// All queues.
    public func queues() async throws -> Listing {
        try await listing(
            [
                .init("queue"), .init("ready", .number), .init("scheduled", .number), .init("blocked", .number),
                .init("parked", .number), .init("running", .number), .init("succeeded_24h", .number),
                .init("failed_24h", .number), .init("oldest_ready", .duration), .init("paused_at", .time),
                .init("paused_by"), .init("draining_at", .time), .init("draining_by"), .init("aging", .duration),
            ], queuesStatement)
    }

    /// Worker processes.
    ///
    /// - Parameter past: also those that have stopped or were lost.
    public func workers(past: Bool = false) async throws -> Listing {
        try await listing(
            [
                .init("id", .number), .init("name"), .init("host"), .init("pid", .number), .init("state"),
                .init("running"), .init("queues"), .init("plugins", .number), .init("silent_for", .duration),
                .init("started_at", .time), .init("queue_slots", .json), .init("queue_weights", .json),
                .init("stale_outcomes", .number), .init("clock_ahead_ms", .number), .init("version"),
            ], workersStatement, past)
    }

    /// Plugins that workers have published.
    public func publishedPlugins() async throws -> Listing {
        try await listing(
            [
                .init("plugin"), .init("version", .number), .init("queue"), .init("max_attempts", .number),
                .init("workers", .number), .init("summary"),
            ], pluginsStatement)
    }

    /// What is well and what is not.
    public func health() async throws -> Listing {
        try await listing([.init("check"), .init("status"), .init("value"), .init("way_out")], healthStatement)
    }
}
