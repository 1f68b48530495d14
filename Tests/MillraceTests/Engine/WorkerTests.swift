import Foundation
import Logging
import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Worker", .database)
struct WorkerTests {
    @Test("runs a job to its result")
    func result() async throws {
        let database = try TestDatabase.current
        let standing = try await database.withWorker(try .adding()) {
            let id = try await database.pool.enqueue(try JobRequest(Add.self, Add.Arguments(left: 20, right: 22)))
            return try await database.end(of: id)
        }
        #expect(standing.state == .succeeded)
        #expect(standing.result?.text == "42")
    }

    @Test("runs a job that was enqueued by SQL")
    func enqueueBySQL() async throws {
        let database = try TestDatabase.current
        let standing = try await database.withWorker(try .adding()) {
            let id: Int64 = try await database.pool.query(
                "SELECT millrace.enqueue('add', '{\"left\": 1, \"right\": 2}')")[0][0]
            return try await database.end(of: JobID(id))
        }
        #expect(standing.result?.text == "3")
    }

    @Test("a job enqueued in a transaction that rolls back never existed")
    func enqueueInTransaction() async throws {
        let database = try TestDatabase.current
        struct Change: Error {}
        await #expect(throws: Change.self) {
            try await database.pool.transaction { transaction in
                try await transaction.enqueue(try Scripted.request("never"))
                throw Change()
            }
        }
        #expect(try await database.pool.jobs().rows.isEmpty)
    }

    @Test("effects commit with the completion, or neither does")
    func effectsAndCompletion() async throws {
        let database = try TestDatabase.current
        try await database.pool.execute("CREATE TABLE effect (word text)")
        struct Broken: Error {}
        let registry = try PluginRegistry.scripted { job in
            try await job.complete { transaction in
                try await transaction.execute("INSERT INTO effect VALUES ($1)", job.arguments.word)
                if job.arguments.word == "bad" { throw Broken() }
            }
        }
        try await database.withWorker(registry) {
            let ids = try await database.pool.enqueue([try Scripted.request("good"), try Scripted.request("bad")])
            #expect(try await database.end(of: ids[0]).state == .succeeded)
            #expect(try await database.end(of: ids[1]).state == .failed)
        }
        let words: [String] = try await database.pool.query("SELECT word FROM effect").map { try $0[0] }
        #expect(words == ["good"])
    }

    @Test("an error is tried again with back-off until the attempts are used up")
    func retries() async throws {
        let database = try TestDatabase.current
        struct Flaky: Error {}
        let notes = Notes()
        let registry = try PluginRegistry.scripted { job in
            notes.add("\(job.arguments.word) \(job.attempt)")
            if job.arguments.word == "never" || job.attempt < 2 { throw Flaky() }
        }
        try await database.withWorker(registry) {
            let ids = try await database.pool.enqueue([try Scripted.request("second"), try Scripted.request("never")])
            #expect(try await database.end(of: ids[0]).state == .succeeded)
            let failed = try await database.end(of: ids[1])
            #expect(failed.state == .failed)
            #expect(failed.attempt == 3)
            #expect(failed.reason?.contains("Flaky") == true)
            #expect(try await database.pool.failedAttempts(of: ids[1]).rows.count == 3)
        }
        #expect(notes.all.sorted() == ["never 1", "never 2", "never 3", "second 1", "second 2"])
    }

    @Test("a permanent failure and arguments that do not fit are not tried again")
    func permanent() async throws {
        let database = try TestDatabase.current
        let registry = try PluginRegistry.scripted { _ in throw PermanentFailure("no such thing") }
        try await database.withWorker(registry) {
            let permanent = try await database.end(of: try await database.pool.enqueue(try Scripted.request()))
            #expect(permanent.state == .failed)
            #expect(permanent.attempt == 1)
            #expect(permanent.reason == "no such thing")
            let misfit = try await database.end(
                of: try await database.pool.enqueue(
                    JobRequest(plugin: "scripted", arguments: JSONText("{\"wrod\": \"x\"}"))))
            #expect(misfit.state == .failed)
            #expect(misfit.attempt == 1)
            #expect(misfit.reason?.contains("wrod") == true)
        }
    }

    @Test("a job that takes longer than its timeout is stopped and fails with it")
    func timeout() async throws {
        let database = try TestDatabase.current
        let registry = try PluginRegistry.scripted { _ in try await Task.sleep(for: .seconds(600)) }
        var request = try Scripted.request()
        request.timeout = .milliseconds(50)
        request.maxAttempts = 1
        let standing = try await database.withWorker(registry) { [request] in
            try await database.end(of: try await database.pool.enqueue(request))
        }
        #expect(standing.state == .failed)
        #expect(standing.reason?.contains("took longer than") == true)
    }

    @Test("a running job is cancelled through its worker, a waiting one at once")
    func cancel() async throws {
        let database = try TestDatabase.current
        let registry = try PluginRegistry.scripted { _ in try await Task.sleep(for: .seconds(600)) }
        try await database.withWorker(registry) {
            let running = try await database.pool.enqueue(try Scripted.request())
            try await eventually("the job runs") { try await database.pool.state(of: running) == .running }
            #expect(try await database.pool.cancel(running, by: "tester") == .requested)
            let ended = try await database.end(of: running)
            #expect(ended.state == .cancelled)
            #expect(ended.reason == "was cancelled by tester")
            #expect(try await database.pool.cancel(running) == .alreadyEnded(.cancelled))

            var later = try Scripted.request()
            later.delay = .seconds(3600)
            let waiting = try await database.pool.enqueue(later)
            #expect(try await database.pool.cancel(waiting) == .cancelled)
            #expect(try await database.pool.state(of: waiting) == .cancelled)
        }
    }

    @Test(
        "a cancellation is there within two seconds by a notification, and within a heartbeat without",
        arguments: [(listens: true, lease: 120, promise: 2.0), (listens: false, lease: 8, promise: 2.5)])
    func cancelInTime(_ way: (listens: Bool, lease: Int, promise: Double)) async throws {
        let database = try TestDatabase.current
        let registry = try PluginRegistry.scripted { _ in try await Task.sleep(for: .seconds(600)) }
        // Neither the heartbeat of the one nor the polls of either come in time.
        let options = WorkerOptions(
            name: "w", lease: .seconds(way.lease), pollInterval: .seconds(60), listens: way.listens)
        let job = try await database.pool.enqueue(try Scripted.request())
        try await database.withWorker(registry, options: options) {
            try await eventually("the job runs") { try await database.pool.state(of: job) == .running }
            let asked = ContinuousClock.now
            #expect(try await database.pool.cancel(job, by: "tester") == .requested)
            try await eventually("it has ended") { try await database.pool.state(of: job) == .cancelled }
            #expect(ContinuousClock.now - asked < .seconds(way.promise))
        }
    }

    @Test("shutdown gives running jobs back with their attempts")
    func shutdown() async throws {
        let database = try TestDatabase.current
        let registry = try PluginRegistry.scripted { _ in try await Task.sleep(for: .seconds(600)) }
        let options = WorkerOptions(
            name: "short", slots: 2, pollInterval: .milliseconds(50), shutdownGrace: .milliseconds(50))
        let worker = TestWorker(on: database, registry: registry, options: options)
        let ids = try await database.pool.enqueue([try Scripted.request(), try Scripted.request()])
        try await eventually("both run") { try await database.pool.jobs(JobFilter(state: .running)).rows.count == 2 }
        try await worker.stop()
        for id in ids {
            let standing = try await database.pool.standing(of: id)
            #expect(standing?.state == .ready)
            #expect(standing?.attempt == 0)
        }
        #expect(try await database.pool.workers().rows.isEmpty)
    }

    @Test("a snoozed job comes back without having used an attempt")
    func snooze() async throws {
        let database = try TestDatabase.current
        let notes = Notes()
        let registry = try PluginRegistry.scripted { job in
            notes.add("\(job.attempt)")
            if notes.all.count < 3 { throw Snooze(for: .milliseconds(10)) }
        }
        let standing = try await database.withWorker(registry) {
            try await database.end(of: try await database.pool.enqueue(try Scripted.request()))
        }
        #expect(standing.state == .succeeded)
        #expect(notes.all == ["1", "1", "1"])
    }

    @Test("progress, log lines and a checkpoint are kept with the job")
    func reports() async throws {
        let database = try TestDatabase.current
        struct Interrupted: Error {}
        let registry = try PluginRegistry.scripted { job in
            if let state = try await job.checkpoint(as: [Int].self) {
                try await job.complete(result: state)
            } else {
                try await job.saveCheckpoint([1, 2, 3])
                job.progress(5, of: 10, "half way")
                job.log.info("saved", metadata: ["count": "3"])
                throw Interrupted()
            }
        }
        let id = try await database.withWorker(registry) {
            let id = try await database.pool.enqueue(try Scripted.request())
            let standing = try await database.end(of: id)
            #expect(standing.result?.text == "[1, 2, 3]")
            return id
        }
        let lines = try await database.pool.logLines(of: id)
        #expect(lines.rows.map { $0[2] } == ["saved"])
        #expect(lines.rows.first?[3] == "{\"count\": \"3\"}")
        let (done, total, message) = try await database.pool.query(
            "SELECT done, total, message FROM millrace.progress WHERE job_id = $1", id.rawValue
        )[0].decode(Int.self, Int.self, String.self)
        #expect((done, total, message) == (5, 10, "half way"))
    }

    @Test("a worker that was declared lost stops its jobs and goes on under a new id")
    func declaredLost() async throws {
        let database = try TestDatabase.current
        let notes = Notes()
        let registry = try PluginRegistry.scripted { job in
            notes.add("epoch \(job.epoch)")
            if job.epoch == 1 { try await Task.sleep(for: .seconds(600)) }
        }
        let options = WorkerOptions(name: "paused", slots: 2, lease: .seconds(2), pollInterval: .milliseconds(50))
        try await database.withWorker(registry, options: options) {
            let id = try await database.pool.enqueue(try Scripted.request())
            try await eventually("the job runs") { notes.all.count == 1 }
            try await database.pool.execute("UPDATE millrace.worker SET state = 'lost', ended_at = clock_timestamp()")
            #expect(try await database.end(of: id).state == .succeeded)
        }
        #expect(notes.all.count == 2)
        let states: [String] = try await database.pool.query("SELECT state FROM millrace.worker ORDER BY id").map {
            try $0[0]
        }
        #expect(states == ["lost", "stopped"])
    }

    @Test("a lease whose claim was lost on the way is given back")
    func orphanedLease() async throws {
        let database = try TestDatabase.current
        let registry = try PluginRegistry.scripted { _ in }
        let options = WorkerOptions(name: "amnesiac", slots: 2, lease: .seconds(2), pollInterval: .milliseconds(50))
        try await database.pool.pause(queue: "default")
        try await database.withWorker(registry, options: options) {
            let id = try await database.pool.enqueue(try Scripted.request())
            try await eventually("the worker is registered") { try await database.pool.workers().rows.count == 1 }
            // As if the worker had claimed it and never heard the answer.
            try await database.pool.execute(
                """
                WITH gone AS (DELETE FROM millrace.ready RETURNING *)
                INSERT INTO millrace.lease (job_id, epoch, enqueued_at, lane_id, attempt, crashes, worker_id, claimed_at)
                SELECT job_id, nextval('millrace.epoch_seq'), enqueued_at, lane_id, 1, 0, (SELECT id FROM millrace.worker),
                    clock_timestamp()
                FROM gone
                """)
            let failures: Int64 = try await database.failedTransactions()
            try await database.pool.execute("ALTER FUNCTION millrace.claim RENAME TO claim_away")
            try await eventually("a claim has failed") { try await database.failedTransactions() > failures }
            try await database.pool.execute("ALTER FUNCTION millrace.claim_away RENAME TO claim")
            try await database.pool.resume(queue: "default")
            let standing = try await database.end(of: id)
            #expect(standing.state == .succeeded)
            #expect(standing.attempt == 1)
        }
    }
}

@Suite("Worker under load", .database)
struct BusyWorkerTests {
    @Test("plugins that compute without a pause do not keep the worker from proving its life")
    func computing() async throws {
        let database = try TestDatabase.current
        let registry = try PluginRegistry.scripted { job in
            // Longer than two leases on every slot, without a single suspension.
            let start = ContinuousClock.now
            var sum = 0.0
            while start.duration(to: .now) < .seconds(5) { sum += 1 / (1 + sum) }
            try await job.complete(result: sum > 0)
        }
        let options = WorkerOptions(name: "computing", slots: 4, lease: .seconds(2), pollInterval: .milliseconds(50))
        try await database.withWorker(registry, options: options) {
            let ids = try await database.pool.enqueue(try (0..<4).map { try Scripted.request("\($0)") })
            for id in ids { #expect(try await database.end(of: id).state == .succeeded) }
        }
        let crashes: Int = try await database.pool.query("SELECT count(*) FROM millrace.attempt_error")[0][0]
        #expect(crashes == 0)
    }
}

@Suite("Cancelling a job that completes", .database)
struct CancelWhileCompletingTests {
    @Test("a job that is in its completing transaction can still be cancelled, and its effects are rolled back")
    func cancelled() async throws {
        let database = try TestDatabase.current
        try await database.pool.execute("CREATE TABLE effect (word text)")
        let notes = Notes()
        let registry = try PluginRegistry.scripted { job in
            try await job.complete { transaction in
                try await transaction.execute("INSERT INTO effect VALUES ('half')")
                notes.add("in the transaction")
                try await transaction.execute("SELECT pg_sleep(600)")
            }
        }
        try await database.withWorker(registry) {
            let id = try await database.pool.enqueue(try Scripted.request())
            try await eventually("the job completes") { !notes.all.isEmpty }
            #expect(try await database.pool.cancel(id, by: "tester") == .requested)
            #expect(try await database.end(of: id).state == .cancelled)
        }
        let effects: Int = try await database.pool.query("SELECT count(*) FROM effect")[0][0]
        #expect(effects == 0)
    }
}

extension TestDatabase {
    /// How many transactions have been rolled back so far.
    fileprivate func failedTransactions() async throws -> Int64 {
        try await pool.query("SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()")[0][0]
    }
}
