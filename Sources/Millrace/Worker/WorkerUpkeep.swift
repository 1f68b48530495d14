import Logging
import Postgres

/// What goes on beside the jobs. Each loop ends when its task is cancelled.
extension WorkerSession {
    /// Sends heartbeats, and looks on the way which leases the database has for this worker.
    func keepAlive() async {
        var unknown: [HeldLease.ID: Int] = [:]
        while await sleep(options.heartbeatInterval) {
            let sentAt = ContinuousClock.now
            let staleOutcomes = liveness.takeStaleOutcomes()
            do {
                guard let orders = try await control.confirmAlive(worker: liveness.worker, staleOutcomes: staleOutcomes)
                else {
                    liveness.countStale(staleOutcomes)
                    try await startAgain()
                    continue
                }
                liveness.confirm(sentAt: sentAt)
                follow(orders)
                try await reconcile(&unknown)
            } catch is CancellationError {
                return
            } catch {
                logger.error("heartbeat failed", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Passes requests to cancel on to their jobs, and gives back leases of which this worker never heard: the answer to
    /// the claim was lost on the way. A lease is only counted as such once a whole claim has begun and ended since it was
    /// first seen, so one that is just being handed over is left alone.
    private func reconcile(_ unknown: inout [HeldLease.ID: Int]) async throws {
        let claimsFinished = claimsFinished
        let held = try await control.leases(ofWorker: liveness.worker)
        for lease in held where lease.cancelRequested {
            running.stop(lease.job, epoch: lease.epoch, because: .cancelRequested)
        }
        var stillUnknown: [HeldLease.ID: Int] = [:]
        for lease in held where !running.contains(lease.job, epoch: lease.epoch) {
            let firstSeen = unknown[lease.id] ?? claimsFinished
            if claimsFinished >= firstSeen + 2 {
                logger.warning("gave back a job whose claim was lost on the way", metadata: ["job": "\(lease.job)"])
                _ = try await control.release(lease.job, epoch: lease.epoch)
            } else {
                stillUnknown[lease.id] = firstSeen
            }
        }
        unknown = stillUnknown
    }

    /// The database has declared this worker lost: its jobs are stopped, and it goes on under a new id.
    private func startAgain() async throws {
        logger.error("worker was declared lost; its jobs are stopped and it registers anew")
        running.stopAll(because: .leaseLost)
        let startedAt = ContinuousClock.now
        liveness.restart(
            as: try await control.register(options, offering: registry.descriptions), at: startedAt)
    }

    /// Stops all jobs when the lease has run out, also while a heartbeat hangs.
    func watchLease() async {
        while await sleep(min(options.lease / 20, .milliseconds(500))) {
            if liveness.hasExpired, running.count > 0 {
                logger.error("no heartbeat for a whole lease; jobs are stopped")
                running.stopAll(because: .leaseLost)
            }
        }
    }

    /// Looks for jobs now and then, whoever rings or not. The jitter keeps workers from looking all at once.
    func poll() async {
        while await sleep(options.pollInterval * Double.random(in: 0.8...1.2)) {
            signal.ring()
        }
    }

    /// Writes progress and log lines once a second.
    func report() async {
        while await sleep(.seconds(1)) {
            do {
                try await writeReports(of: running.attempts, to: control)
            } catch is CancellationError {
                return
            } catch {
                logger.warning("progress was not written", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Hears rings and requests to cancel. A lost connection is made anew; polling and heartbeats stand in meanwhile.
    func listen() async {
        while !Task.isCancelled {
            do {
                let connection = try await Connection.connect(configuration, logger: logger)
                let ready = try await connection.listen("millrace_ready")
                let cancelled = try await connection.listen("millrace_cancel")
                let ordered = try await connection.listen("millrace_control")
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for try await _ in ready { self.signal.ring() }
                    }
                    group.addTask {
                        for try await notification in cancelled where notification.payload == "\(self.liveness.worker)"
                        {
                            for lease in try await self.control.leases(ofWorker: self.liveness.worker)
                            where lease.cancelRequested {
                                self.running.stop(lease.job, epoch: lease.epoch, because: .cancelRequested)
                            }
                        }
                    }
                    group.addTask {
                        for try await notification in ordered where notification.payload == "\(self.liveness.worker)" {
                            if let orders = try await self.control.confirmAlive(
                                worker: self.liveness.worker, staleOutcomes: 0)
                            {
                                self.follow(orders)
                            }
                        }
                    }
                    defer { group.cancelAll() }
                    try await group.next()
                }
                await connection.close()
            } catch is CancellationError {
                return
            } catch {
                logger.debug("listening was interrupted", metadata: ["error": "\(error)"])
            }
            guard await sleep(.seconds(1)) else { return }
        }
    }

    /// Sleeps; false when the task was cancelled.
    private func sleep(_ duration: Duration) async -> Bool {
        do {
            try await Task.sleep(for: duration)
            return true
        } catch {
            return false
        }
    }
}

extension HeldLease {
    /// A lease is one epoch of a job.
    struct ID: Hashable {
        let job: JobID
        let epoch: Int64
    }

    var id: ID { ID(job: job, epoch: epoch) }
}
