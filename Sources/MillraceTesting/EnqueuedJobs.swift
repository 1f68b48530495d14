public import Foundation
public import Millrace
public import Postgres

private let enqueuedStatement: Statement = """
    SELECT id, plugin, queue, args, state::text, priority, due_at, tags
    FROM millrace.v_job
    WHERE ($1::text IS NULL OR plugin = $1) AND plugin NOT IN ('millrace.barrier', 'millrace.run-end')
    ORDER BY v_job.id
    """

/// A job that is in the database, as a test wants to see it.
public struct EnqueuedJob: Sendable {
    /// The job.
    public let id: JobID
    /// The plugin that runs it.
    public let plugin: String
    /// Its queue.
    public let queue: String
    /// Its arguments, as JSON.
    public let arguments: JSONText
    /// Where it stands.
    public let state: JobState
    /// Lower runs first.
    public let priority: Int
    /// When it is due; nil when it is not due later.
    public let dueAt: Date?
    /// The words to find it by.
    public let tags: [String]

    init(_ row: Row) throws {
        id = JobID(try row["id"])
        plugin = try row["plugin"]
        queue = try row["queue"]
        arguments = try row["args"]
        let text: String = try row["state"]
        state = JobState(rawValue: text) ?? .ready
        priority = try row["priority"]
        dueAt = try row["due_at"]
        let words: [String]? = try row["tags"]
        tags = words ?? []
    }
}

/// What a test expected is not so.
public struct ExpectationError: Error, CustomStringConvertible {
    /// What was expected, and what there is instead.
    public let description: String
}

extension JobTester {
    /// All jobs there are, ended ones too, in the order in which they were enqueued.
    ///
    /// - Parameter plugin: only those of this plugin; nil for all.
    public func jobs(of plugin: String? = nil) async throws -> [EnqueuedJob] {
        try await pool.query(enqueuedStatement, plugin).map(EnqueuedJob.init)
    }

    /// The arguments of all jobs of a plugin, in the order in which they were enqueued.
    ///
    /// - Throws: `DecodingError` when arguments have another shape.
    public func enqueued<P: Plugin>(_ plugin: P.Type) async throws -> [P.Arguments] {
        try await jobs(of: P.name).map { try $0.arguments.decode(P.Arguments.self) }
    }

    /// The one job of a plugin whose arguments the condition holds for.
    ///
    /// - Parameters:
    ///   - plugin: the plugin.
    ///   - matches: what is looked for; any arguments when left out.
    /// - Throws: ``ExpectationError`` when there is none, or more than one; it lists the jobs that there are.
    @discardableResult
    public func requireEnqueued<P: Plugin>(
        _ plugin: P.Type, where matches: (P.Arguments) throws -> Bool = { _ in true }
    ) async throws -> EnqueuedJob {
        let all = try await jobs(of: P.name)
        let found = try all.filter { try matches($0.arguments.decode(P.Arguments.self)) }
        guard found.count == 1 else {
            let list = all.map { "  job \($0.id), \($0.state.rawValue): \($0.arguments.text)" }
            throw ExpectationError(
                description: "expected one matching job of \(P.name), found \(found.count) among \(all.count)\n"
                    + list.joined(separator: "\n"))
        }
        return found[0]
    }

    /// Makes sure that no job of a plugin was enqueued.
    ///
    /// - Throws: ``ExpectationError`` that lists those there are.
    public func refuseEnqueued<P: Plugin>(_ plugin: P.Type) async throws {
        let all = try await jobs(of: P.name)
        guard all.isEmpty else {
            let list = all.map { "  job \($0.id), \($0.state.rawValue): \($0.arguments.text)" }
            throw ExpectationError(
                description: "expected no job of \(P.name), found \(all.count)\n" + list.joined(separator: "\n"))
        }
    }
}
