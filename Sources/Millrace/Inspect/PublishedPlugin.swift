package import Postgres

private let pluginStatement: Statement = """
    SELECT name, version, summary, arguments, queue, max_attempts, timeout_ms, backoff_base_ms, backoff_cap_ms
    FROM millrace.plugin WHERE $1::text IS NULL OR name = $1
    ORDER BY name
    """

private let pipelineExistsStatement: Statement =
    "SELECT EXISTS (SELECT FROM millrace.pipeline WHERE name = $1)"

extension Session {
    /// What a worker, or `migrate`, has published of a plugin; nil when nobody has.
    package func publishedPlugin(_ name: String) async throws -> PluginDescription? {
        try await first(pluginStatement, name).map(PluginDescription.init)
    }

    /// All that workers, or `migrate`, have published.
    package func publishedPluginDescriptions() async throws -> [PluginDescription] {
        let everything: String? = nil
        return try await query(pluginStatement, everything).map(PluginDescription.init)
    }

    /// Whether a pipeline of that name is applied.
    package func pipelineExists(_ name: String) async throws -> Bool {
        try await query(pipelineExistsStatement, name)[0][0]
    }
}

extension PluginDescription {
    fileprivate init(_ row: Row) throws {
        let timeout: Int64? = try row["timeout_ms"]
        let base: Int64 = try row["backoff_base_ms"]
        let cap: Int64 = try row["backoff_cap_ms"]
        try self.init(
            name: try row["name"], version: try row["version"], summary: try row["summary"],
            schema: ArgumentSchema(jsonSchema: try row["arguments"]),
            defaults: JobDefaults(
                queue: try row["queue"], maxAttempts: try row["max_attempts"],
                timeout: timeout.map { .milliseconds($0) },
                backoff: Backoff(base: .milliseconds(base), cap: .milliseconds(cap))))
    }
}
