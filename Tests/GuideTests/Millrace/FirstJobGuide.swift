import Logging
import Millrace
import Postgres
import ServiceLifecycle
import TestSupport
import Testing
import UnixSignals

// region: plugin
/// Adds two numbers.
struct Add: Plugin {
    struct Arguments: Codable, Sendable {
        var left: Int
        var right: Int
    }

    static let name = "add"
    static let summary = "Adds two numbers."

    func run(_ job: JobContext<Arguments>) async throws {
        try await job.complete(result: job.arguments.left + job.arguments.right)
    }
}
// endregion: plugin

// region: migrate
func migrate(_ configuration: Configuration, _ logger: Logger) async throws {
    let connection = try await Connection.connect(configuration, logger: logger)
    let applied = try await Migrator().migrate(connection, logger: logger)
    await connection.close()
    logger.info("migrated", metadata: ["applied": "\(applied.count)"])
}
// endregion: migrate

// region: worker
func services(_ configuration: Configuration, _ logger: Logger) throws -> ServiceGroup {
    var registry = PluginRegistry()
    try registry.register(Add())
    let worker = Worker(
        configuration: configuration, registry: registry, options: WorkerOptions(name: "adder", slots: 4),
        logger: logger)
    let coordinator = Coordinator(configuration: configuration, logger: logger)
    return ServiceGroup(
        services: [worker, coordinator], gracefulShutdownSignals: [.sigterm], logger: logger)
}
// endregion: worker

@Suite("Guide: the first job")
struct FirstJobGuide {
    @Test("a migrated database, a worker and an enqueued job lead to a result", .emptyDatabase)
    func firstJob() async throws {
        let configuration = try TestDatabase.current.configuration
        try await migrate(configuration, TestDatabase.logger)
        let group = try services(configuration, TestDatabase.logger)
        let running = Task { try await group.run() }

        // region: enqueue
        let pool = Pool(configuration)
        let job = try await pool.enqueue(JobRequest(Add.self, .init(left: 2, right: 3)))
        // endregion: enqueue

        try await eventually("the job ends") { try await pool.standing(of: job)?.state.isTerminal == true }
        // region: standing
        let standing = try await pool.standing(of: job)
        let sum = try standing?.result?.decode(Int.self)
        // endregion: standing
        #expect(standing?.state == .succeeded)
        #expect(sum == 5)

        // region: later
        var request = try JobRequest(Add.self, .init(left: 1, right: 1))
        request.delay = .seconds(3600)
        request.priority = -1
        request.tags = ["trial"]
        request.maxAttempts = 3
        let later = try await pool.enqueue(request)
        // endregion: later
        #expect(try await pool.standing(of: later)?.state == .scheduled)

        // region: needs
        let ids = try await pool.enqueue([
            JobRequest(Add.self, .init(left: 1, right: 2), key: "first"),
            JobRequest(Add.self, .init(left: 3, right: 4), needs: ["first"]),
        ])
        // endregion: needs
        try await eventually("the second job ends") { try await pool.standing(of: ids[1])?.state == .succeeded }

        try await pool.execute(
            """
            -- region: sql
            SELECT millrace.enqueue('add', '{"left": 2, "right": 3}', queue => 'default', priority => -1);
            -- endregion: sql
            """)
        await pool.close()
        await group.triggerGracefulShutdown()
        try await running.value
    }
}
