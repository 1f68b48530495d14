public import Logging
public import Postgres
public import ServiceLifecycle

/// Does the duties: makes due jobs ready, fires schedules, takes over the jobs of dead workers, rotates partitions.
///
/// There is no leader. Run one coordinator, two, or one in every process: each duty is a short transaction that skips what
/// another one is at.
public struct Coordinator: Service {
    private let configuration: Configuration
    private let interval: Duration
    private let namespaces: [String]
    private let logger: Logger

    /// - Parameters:
    ///   - configuration: the database; two connections are used.
    ///   - namespaces: whose schedules it fires; the other duties are for all.
    ///   - interval: how often it looks. A due job becomes ready at most this late.
    ///   - logger: gets what was fired, rescued and lost.
    public init(
        configuration: Configuration, namespaces: [String] = ["default"], interval: Duration = .milliseconds(500),
        logger: Logger
    ) {
        self.configuration = configuration
        self.interval = interval
        self.namespaces = namespaces
        self.logger = logger
    }

    /// Runs until shutdown.
    ///
    /// - Throws: when the database cannot be reached at the start. Later outages are waited out.
    public func run() async throws {
        let pool = Pool(configuration, maximumConnections: 2, logger: logger)
        do {
            try await pool.execute("SELECT 1")
        } catch {
            await pool.close()
            throw error
        }
        logger.info("coordinator started")
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    await repeating("due jobs and dead workers", every: interval) {
                        var moved = try await pool.rescueJobs(thorough: false) + pool.releaseGathered()
                        while try await pool.expireOverdue() == 1000 {}
                        while case let promoted = try await pool.promoteDue(), promoted > 0 {
                            moved += promoted
                            if promoted < 1000 { break }
                        }
                        if moved > 0 { try await pool.ringDoorbell() }
                    }
                }
                group.addTask {
                    await repeating("schedules", every: interval) {
                        if try await pool.fireSchedules(of: namespaces, logger: logger) > 0 {
                            try await pool.ringDoorbell()
                        }
                    }
                }
                group.addTask {
                    await repeating("leases of nobody", every: .seconds(300)) {
                        if try await pool.rescueJobs() > 0 { try await pool.ringDoorbell() }
                    }
                }
                group.addTask {
                    await repeating("aging", every: .seconds(5)) { _ = try await pool.ageWaiting() }
                }
                group.addTask {
                    await repeating("claims under limits", every: .seconds(20)) { try await pool.forgetLimitClaims() }
                }
                group.addTask {
                    await repeating("shapes of jobs", every: .seconds(60)) { try await pool.forgetShapes() }
                }
                group.addTask {
                    await repeating("partitions", every: .seconds(600)) {
                        for change in try await pool.rotatePartitions() {
                            logger.info("rotated", metadata: ["partition": "\(change)"])
                        }
                    }
                }
            }
        }
        await pool.close()
        logger.info("coordinator stopped")
    }

    /// Does a duty again and again until cancelled. A failure is logged and the next turn tries again; the jitter keeps
    /// several coordinators from meeting.
    private func repeating(_ duty: String, every interval: Duration, _ body: @Sendable () async throws -> Void) async {
        while !Task.isCancelled {
            do {
                try await body()
            } catch is CancellationError {
                return
            } catch {
                logger.error("duty failed; tried again", metadata: ["duty": "\(duty)", "error": "\(error)"])
            }
            do {
                try await Task.sleep(for: interval * Double.random(in: 0.8...1.2))
            } catch {
                return
            }
        }
    }
}
