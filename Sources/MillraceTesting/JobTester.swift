import Foundation
public import Logging
public import Millrace
public import Postgres
import Synchronization

/// Runs jobs in a test, on a real database and with a clock that the test moves.
///
/// ```swift
/// try await ScratchDatabase.with(on: server) { configuration in
///     var registry = PluginRegistry()
///     try registry.register(Greet())
///     try await JobTester.with(configuration, registry: registry) { jobs in
///         let greeting = try await jobs.run(Greet.self, .init(customer: 7))
///         #expect(greeting.state == .succeeded)
///     }
/// }
/// ```
/// Jobs are claimed, fenced, completed and retried by the same statements as in production; only the loops of worker and
/// coordinator are the test's. Meant for a database of its own: it takes whatever is ready.
public struct JobTester: Sendable {
    private struct Sessions {
        var pool: Pool
        var worker: InlineWorker
        var offset: Duration
    }

    private let configuration: Configuration
    private let registry: PluginRegistry
    private let logger: Logger
    private let sessions: Mutexed<Sessions>

    /// Runs the body with a tester, and closes its connections at the end.
    ///
    /// - Parameters:
    ///   - configuration: a migrated database.
    ///   - registry: the plugins whose jobs are run.
    ///   - logger: gets what a worker and a coordinator would log.
    ///   - body: the test.
    public static func with<Result>(
        _ configuration: Configuration, registry: PluginRegistry, logger: Logger = ScratchDatabase.quiet,
        _ body: (JobTester) async throws -> Result
    ) async throws -> Result {
        let tester = try await JobTester(configuration, registry: registry, logger: logger)
        do {
            let result = try await body(tester)
            await tester.pool.close()
            return result
        } catch {
            await tester.pool.close()
            throw error
        }
    }

    private init(_ configuration: Configuration, registry: PluginRegistry, logger: Logger) async throws {
        self.configuration = configuration
        self.registry = registry
        self.logger = logger
        sessions = Mutexed(
            try await Self.open(configuration, offset: .zero, registry: registry, logger: logger))
    }

    /// Connections whose clock is the test's. Hold on to it only until the clock is moved.
    public var pool: Pool { sessions.value.pool }

    /// How far the clock is ahead of the database's own.
    public var clockOffset: Duration { sessions.value.offset }

    // MARK: Running

    /// Enqueues a job and runs its first attempt at once, before anything else that waits.
    ///
    /// - Returns: where it stands then: `succeeded`, `scheduled` when it is to be tried again, `failed`, …
    public func run(_ request: JobRequest) async throws -> JobStanding {
        var request = request
        // A queue of its own is what makes it the one that is claimed.
        let queue = "inline-\(UUID().uuidString.lowercased())"
        request.queue = queue
        let id = try await pool.enqueue(request)
        _ = try await sessions.value.worker.runReady(upTo: 1, queues: [queue])
        return try await standing(of: id)
    }

    /// Enqueues a job of a plugin and runs its first attempt at once.
    public func run<P: Plugin>(_ plugin: P.Type, _ arguments: P.Arguments) async throws -> JobStanding {
        try await run(JobRequest(plugin, arguments))
    }

    /// Runs whatever is ready, and what that makes ready, until nothing is.
    ///
    /// Jobs that are due later, or wait for their next attempt, stay; see ``advance(by:)``.
    ///
    /// - Parameter limit: more jobs than this are an error: something makes ever more of them.
    /// - Returns: the jobs that were run, in the order in which they were; a job twice if two attempts were made.
    /// - Throws: ``DrainError``.
    @discardableResult
    public func drain(limit: Int = 10_000) async throws -> [JobID] {
        var ran: [JobID] = []
        while true {
            try await doDuties()
            let batch = try await sessions.value.worker.runReady(upTo: 100)
            ran += batch
            if batch.isEmpty { return ran }
            guard ran.count <= limit else { throw DrainError(limit: limit) }
        }
    }

    // MARK: Time

    /// Moves the clock on, then makes ready what has become due and fires the schedules whose slots have passed. Nothing
    /// is run; ``drain(limit:)`` does that.
    ///
    /// The wait between attempts, delays, snoozes, deadlines, unique periods, rate limits and schedules all follow this clock.
    public func advance(by duration: Duration) async throws {
        let old = sessions.value
        let next = try await Self.open(
            configuration, offset: old.offset + duration, registry: registry, logger: logger)
        sessions.value = next
        try await old.worker.retire()
        await old.pool.close()
        try await doDuties()
    }

    private func doDuties() async throws {
        let pool = pool
        _ = try await pool.releaseGathered()
        _ = try await pool.expireOverdue()
        while try await pool.promoteDue() > 0 {}
        _ = try await pool.fireSchedules(logger: logger)
    }

    // MARK: Looking

    /// Where a job stands.
    ///
    /// - Throws: ``ExpectationError`` when there is no such job.
    public func standing(of job: JobID) async throws -> JobStanding {
        guard let standing = try await pool.standing(of: job) else {
            throw ExpectationError(description: "there is no job \(job)")
        }
        return standing
    }

    private static func open(
        _ configuration: Configuration, offset: Duration, registry: PluginRegistry, logger: Logger
    ) async throws -> Sessions {
        var configuration = configuration
        configuration.sessionParameters["millrace.clock_offset"] = "\(offset.wholeMilliseconds) milliseconds"
        let pool = Pool(configuration, maximumConnections: 4, logger: logger)
        do {
            return Sessions(
                pool: pool, worker: try await InlineWorker(pool: pool, registry: registry, logger: logger),
                offset: offset)
        } catch {
            await pool.close()
            throw error
        }
    }
}

/// A drain that does not come to an end.
public struct DrainError: Error, CustomStringConvertible {
    let limit: Int

    /// What happened, and the way out.
    public var description: String {
        "more than \(limit) jobs were run and more are ready  →  look for a job that enqueues itself, or raise the limit"
    }
}

/// A value that several tasks share.
private final class Mutexed<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    init(_ value: Value) { mutex = Mutex(value) }

    var value: Value {
        get { mutex.withLock { $0 } }
        set { mutex.withLock { $0 = newValue } }
    }
}
