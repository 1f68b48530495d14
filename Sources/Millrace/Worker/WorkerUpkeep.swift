import Logging
import Postgres
import Synchronization

/// What goes on beside the jobs. Each loop ends when its task is cancelled.
extension WorkerSession {
    /// Sends heartbeats, and looks on the way which leases the database has for this worker.
    func keepAlive() async {
        var unknown: [HeldLease: Int] = [:]
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

    /// Passes requests to cancel on to their jobs.
    func passRequestsToCancel() async throws {
        for lease in try await control.requestsToCancel(among: held.ids) {
            held.stop(lease.job, epoch: lease.epoch, because: .cancelRequested)
        }
    }

    /// Passes requests to cancel on to their jobs, and gives back leases of which this worker never heard: the answer to
    /// the claim was lost on the way.
    private func reconcile(_ unknown: inout [HeldLease: Int]) async throws {
        try await passRequestsToCancel()
        // The server may still be at a claim whose connection broke, and may be for a while.
        guard let lostAt = lostClaimAt, lostAt.duration(to: .now) < .seconds(120) else { return }
        let leases = try await control.leases(ofWorker: liveness.worker)
        let known = Set(held.ids).union(completions.pending.map(\.rawValue))
        var stillUnknown: [HeldLease: Int] = [:]
        for lease in leases where !known.contains(lease.job.rawValue) {
            // One that is just being handed over here, or back, is unknown for a moment only.
            let seen = unknown[lease, default: 0] + 1
            if seen > 2 {
                logger.warning("gave back a job whose claim was lost on the way", metadata: ["job": "\(lease.job)"])
                _ = try await control.release(lease.job, epoch: lease.epoch)
            } else {
                stillUnknown[lease] = seen
            }
        }
        unknown = stillUnknown
    }

    /// The database has declared this worker lost: its jobs are stopped, and it goes on under a new id.
    private func startAgain() async throws {
        logger.error("worker was declared lost; its jobs are stopped and it registers anew")
        held.stopAll(because: .leaseLost)
        _ = held.takeWaiting()
        let startedAt = ContinuousClock.now
        liveness.restart(
            as: try await control.register(options, offering: registry.descriptions), at: startedAt)
    }

    /// Stops all jobs when the lease has run out, also while a heartbeat hangs.
    func watchLease() async {
        await whileHolding(arrivals.forLease, every: min(options.lease / 20, .milliseconds(500))) {
            if liveness.hasExpired {
                logger.error("no heartbeat for a whole lease; jobs are stopped")
                held.stopAll(because: .leaseLost)
                _ = held.takeWaiting()
            }
        }
    }

    /// Gives back what was claimed in advance and has waited in vain for a slot: the jobs before it take longer than the last
    /// ones did, and other workers may be idle.
    func giveBackStale() async {
        await whileHolding(arrivals.forGivingBack, every: .milliseconds(500)) {
            await giveBack(held.takeWaiting(claimedBefore: .now - .seconds(1)))
        }
    }

    /// Does something again and again while jobs are held, and rests while there are none.
    private func whileHolding(_ arrival: Signal, every interval: Duration, _ body: () async -> Void) async {
        for await _ in arrival.rings {
            while held.counts.held > 0 {
                guard await sleep(interval) else { return }
                if held.counts.held > 0 { await body() }
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
        await whileHolding(arrivals.forReports, every: .seconds(1)) {
            do {
                try await writeReports(of: held.attempts, to: control)
            } catch is CancellationError {
                return
            } catch {
                logger.warning("progress was not written", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Looks now and then how many other workers there are.
    func countPeers() async {
        repeat {
            do {
                ringTurn.note(peers: try await control.aliveWorkers() - 1)
            } catch is CancellationError {
                return
            } catch {
                logger.debug("workers were not counted", metadata: ["error": "\(error)"])
            }
        } while await sleep(.seconds(30) * Double.random(in: 0.5...1.5))
    }

    /// Hears rings and requests to cancel. A lost connection is made anew; polling and heartbeats stand in meanwhile.
    func listen() async {
        while !Task.isCancelled {
            do {
                let connection = try await Connection.connect(configuration, logger: logger)
                let channels = Ring.channels(heardBy: options.queues)
                var rings: [NotificationStream] = []
                for channel in channels { rings.append(try await connection.listen(channel)) }
                let cancelled = try await connection.listen("millrace_cancel")
                let ordered = try await connection.listen("millrace_control")
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for ring in rings {
                        group.addTask {
                            for try await _ in ring { self.hearRing() }
                        }
                    }
                    group.addTask { try await self.waitForRings(on: channels, over: connection) }
                    group.addTask {
                        // Whoever asked before this was listening was not heard.
                        try await self.passRequestsToCancel()
                        for try await notification in cancelled where notification.payload == "\(self.liveness.worker)"
                        {
                            self.heardCancel.add(1, ordering: .acquiringAndReleasing)
                            try await self.passRequestsToCancel()
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

    /// Lets senders of rings know whether this worker waits for any, as that changes.
    private func waitForRings(on channels: [String], over connection: Connection) async throws {
        let changes = ringWish.changes()
        var isWaiting = false
        changes.ring()
        for await _ in changes.rings {
            let isWished = ringWish.isWished
            guard isWished != isWaiting else { continue }
            if isWished {
                try await connection.beginWaiting(on: channels)
                signal.ring()
            } else {
                try await connection.endWaiting(on: channels)
            }
            isWaiting = isWished
        }
    }

    private func hearRing() {
        guard let pause = ringTurn.hear() else { return }
        guard pause > .zero else {
            ringTurn.take()
            signal.ring()
            return
        }
        Task {
            try await Task.sleep(for: pause)
            ringTurn.take()
            signal.ring()
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
