public import Postgres

private let queuesStatement: Statement = """
    SELECT queue, ready::text, scheduled::text, blocked::text, parked::text, running::text, succeeded_24h::text,
        failed_24h::text, extract(epoch FROM oldest_ready)::numeric(12, 3)::text, to_json(paused_at) #>> '{}', paused_by
    FROM millrace.v_queue ORDER BY queue
    """

private let workersStatement: Statement = """
    SELECT id::text, name, host, pid::text, state, running || '/' || slots, coalesce(array_to_string(queues, ', '), 'all'),
        cardinality(plugins)::text, extract(epoch FROM silent_for)::numeric(12, 3)::text,
        to_json(started_at) #>> '{}', stale_outcomes::text, version
    FROM millrace.v_worker
    WHERE state IN ('alive', 'draining') OR $1
    ORDER BY v_worker.id
    """

private let pluginsStatement: Statement = """
    SELECT plugin.name, plugin.version::text, plugin.queue, plugin.max_attempts::text,
        (SELECT count(*) FROM millrace.v_worker WHERE state = 'alive' AND plugin.name = ANY (plugins))::text, plugin.summary
    FROM millrace.plugin ORDER BY plugin.name
    """

private let healthStatement: Statement = "SELECT check_name, status, value, way_out FROM millrace.v_health"

extension Session {
    /// All queues.
    public func queues() async throws -> Listing {
        try await listing(
            [
                .init("queue"), .init("ready", .number), .init("scheduled", .number), .init("blocked", .number),
                .init("parked", .number), .init("running", .number), .init("succeeded_24h", .number),
                .init("failed_24h", .number), .init("oldest_ready", .duration), .init("paused_at", .time),
                .init("paused_by"),
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
                .init("started_at", .time), .init("stale_outcomes", .number), .init("version"),
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
