import Logging
import Millrace
import Postgres
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing
import UnixSignals

/// Stands for the HTTP server of the article.
struct Orders: Service {
    let pool: Pool
    let accepted: AcceptedJobs

    func run() async throws {
        accepted.add(try await accept(left: 20, right: 22))
        try await gracefulShutdown()
    }

    // region: handler
    /// What a request handler does: write, enqueue, answer.
    func accept(left: Int, right: Int) async throws -> JobID {
        try await pool.transaction { transaction in
            try await transaction.enqueue(JobRequest(Add.self, .init(left: left, right: right)))
        }
    }
    // endregion: handler
}

/// What the server took on.
final class AcceptedJobs: Sendable {
    private let jobs = Mutex<[JobID]>([])

    var first: JobID? { jobs.withLock { $0.first } }

    func add(_ job: JobID) { jobs.withLock { $0.append(job) } }
}

// region: group
/// A server and a worker in one process. Services are stopped in the reverse order: the server first.
func serve(_ server: some Service, _ configuration: Configuration, _ logger: Logger) throws -> ServiceGroup {
    var registry = PluginRegistry()
    try registry.register(Add())
    let options = WorkerOptions(
        name: "orders", queues: ["default"], slots: 8, shutdownGrace: .seconds(20), version: "1.4.0")

    var services = ServiceGroupConfiguration(
        services: [
            Coordinator(configuration: configuration, logger: logger),
            Worker(configuration: configuration, registry: registry, options: options, logger: logger),
            server,
        ],
        gracefulShutdownSignals: [.sigterm], logger: logger)
    services.maximumGracefulShutdownDuration = .seconds(25)
    return ServiceGroup(configuration: services)
}
// endregion: group

@Suite("Guide: a worker in a server of one's own", .database)
struct OwnServerGuide {
    @Test("the server enqueues, the worker beside it runs, and both stop in good order")
    func server() async throws {
        let database = try TestDatabase.current
        let accepted = AcceptedJobs()
        let group = try serve(
            Orders(pool: database.pool, accepted: accepted), database.configuration, TestDatabase.logger)
        let running = Task { try await group.run() }
        try await eventually("the server took a job on") { accepted.first != nil }
        let standing = try await database.end(of: try #require(accepted.first))
        #expect(try standing.result?.decode(Int.self) == 42)
        await group.triggerGracefulShutdown()
        try await running.value
        let alive: Int = try await database.pool.query(
            "SELECT count(*) FROM millrace.v_worker WHERE state = 'alive'")[0][0]
        #expect(alive == 0)
    }
}
