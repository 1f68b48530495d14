public import Logging
public import Postgres
public import ServiceLifecycle
import Synchronization

/// Claims jobs and runs them, in this process, until it is asked to stop.
///
/// Several workers may run in one process and any number on a database. A worker proves that it is alive by one heartbeat
/// for all its jobs. Without a confirmed heartbeat it claims nothing after half its lease, and stops its jobs after the
/// whole of it: by then others have taken them over.
///
/// A graceful shutdown stops the claiming, lets running jobs go on for ``WorkerOptions/shutdownGrace``, then stops them
/// and gives them back with their attempts. Cancelling the task does the same without the grace.
public struct Worker: Service {
    private let configuration: Configuration
    private let registry: PluginRegistry
    private let options: WorkerOptions
    private let logger: Logger

    /// - Parameters:
    ///   - configuration: the database. The worker opens its own connections: one per slot, and three to stay alive.
    ///   - registry: what it can run.
    ///   - options: its name, queues and slots.
    ///   - logger: gets the worker's own lines, and those of its jobs.
    public init(configuration: Configuration, registry: PluginRegistry, options: WorkerOptions, logger: Logger) {
        self.configuration = configuration
        self.registry = registry
        self.options = options
        self.logger = logger
    }

    /// Runs until shutdown.
    ///
    /// - Throws: when the database cannot be reached at the start, or is not migrated. Later outages are waited out.
    public func run() async throws {
        // Heartbeats have connections of their own, so that busy plugins cannot keep the worker from proving its life.
        let control = Pool(configuration, maximumConnections: 3, acquireTimeout: options.lease, logger: logger)
        let pool = Pool(configuration, maximumConnections: options.slots + 2, logger: logger)
        do {
            try await control.publish(registry.descriptions)
            let startedAt = ContinuousClock.now
            let id = try await control.register(options, offering: registry.descriptions)
            logger.info(
                "worker started",
                metadata: ["worker": "\(id)", "name": "\(options.name)", "slots": "\(options.slots)"])
            let session = WorkerSession(
                control: control, pool: pool, configuration: configuration, registry: registry, options: options,
                liveness: Liveness(worker: id, confirmedAt: startedAt, lease: options.lease), logger: logger)
            // The session outlives a cancelled caller: it still has to give its jobs back.
            let life = Task(executorPreference: ConnectionThread.executor) { await session.live() }
            await withTaskCancellationHandler {
                await withGracefulShutdownHandler {
                    await life.value
                } onGracefulShutdown: {
                    session.drain(grace: options.shutdownGrace)
                }
            } onCancel: {
                session.drain(grace: .zero)
            }
            logger.info("worker stopped", metadata: ["worker": "\(id)", "name": "\(options.name)"])
        } catch {
            await control.close()
            await pool.close()
            throw error
        }
        await control.close()
        await pool.close()
    }
}
