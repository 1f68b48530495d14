import Foundation
package import Postgres

private let registerStatement: Statement = """
    INSERT INTO millrace.worker (name, host, pid, version, slots, queues, plugins, lease_ms, queue_slots, queue_weights)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    RETURNING id
    """

/// A newer description replaces an older one; an older worker does not overwrite a newer one's.
private let publishStatement: Statement = """
    INSERT INTO millrace.plugin AS known
        (name, version, summary, arguments, queue, max_attempts, timeout_ms, backoff_base_ms, backoff_cap_ms, secrets)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (name) DO UPDATE
    SET version = excluded.version, summary = excluded.summary, arguments = excluded.arguments,
        queue = excluded.queue, max_attempts = excluded.max_attempts, timeout_ms = excluded.timeout_ms,
        backoff_base_ms = excluded.backoff_base_ms, backoff_cap_ms = excluded.backoff_cap_ms,
        secrets = excluded.secrets, published_at = millrace.clock()
    WHERE known.version <= excluded.version
    """

private let retireStatement: Statement = """
    UPDATE millrace.worker SET state = 'stopped', ended_at = millrace.clock(), heartbeat_at = millrace.clock()
    WHERE id = $1 AND state IN ('alive', 'draining')
    """

/// A plugin as `millrace.worker.plugins` has it.
private struct Offered: Encodable {
    let name: String
    let version: Int
}

extension Session {
    /// Makes a worker known, with what it can run.
    ///
    /// - Returns: the worker's id, new for each start.
    func register(_ options: WorkerOptions, offering plugins: [PluginDescription]) async throws -> Int64 {
        let offered = try JSONText(encoding: plugins.map { Offered(name: $0.name, version: $0.version) })
        return try await query(
            registerStatement, options.name, ProcessInfo.processInfo.hostName,
            ProcessInfo.processInfo.processIdentifier, options.version, Int32(options.slots), options.queues, offered,
            Int32(options.lease.wholeMilliseconds), try JSONText(encoding: options.queueSlots),
            try JSONText(encoding: options.queueWeights)
        )[0][0]
    }

    /// Publishes the plugins' argument schemas and defaults, for enqueue from SQL and for people.
    package func publish(_ plugins: [PluginDescription]) async throws {
        // In the order of their names, so that two workers that start together lock the rows in the same order.
        for plugin in plugins.sorted(by: { $0.name < $1.name }) {
            try await execute(
                publishStatement, plugin.name, Int32(plugin.version), plugin.summary, plugin.schema.jsonSchema,
                plugin.defaults.queue, Int16(plugin.defaults.maxAttempts), plugin.defaults.timeout?.wholeMilliseconds,
                plugin.defaults.backoff.base.wholeMilliseconds, plugin.defaults.backoff.cap.wholeMilliseconds,
                plugin.schema.secrets.sorted())
        }
    }

    /// Says that a worker has ended in good order.
    func retire(worker: Int64) async throws {
        try await execute(retireStatement, worker)
    }
}
