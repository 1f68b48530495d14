import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Fencing", .database)
struct FencingTests {
    /// A job that was claimed, taken away by a rescue, and claimed by another worker.
    private func takenOver(on database: TestDatabase) async throws -> (old: ClaimedJob, new: ClaimedJob) {
        try await database.pool.enqueue(try Scripted.request())
        let dead = try await ManualWorker("dead", on: database)
        let old = try #require(try await dead.claim().first)
        try await dead.fallSilent()
        #expect(try await database.pool.rescueJobs() == 1)
        let alive = try await ManualWorker("alive", on: database)
        let new = try #require(try await alive.claim().first)
        #expect(new.id == old.id)
        return (old, new)
    }

    @Test("a zombie's completion changes nothing")
    func staleCompletion() async throws {
        let database = try TestDatabase.current
        let (old, new) = try await takenOver(on: database)
        #expect(try await database.pool.complete([Completion(job: old.id, epoch: old.epoch, result: nil)]).isEmpty)
        #expect(try await database.pool.state(of: old.id) == .running)
        #expect(try await database.pool.complete([Completion(job: new.id, epoch: new.epoch, result: nil)]) == [new.id])
        #expect(try await database.pool.state(of: old.id) == .succeeded)
    }

    @Test("a zombie's failure, snooze, release and hand-over change nothing")
    func staleOutcomes() async throws {
        let database = try TestDatabase.current
        let (old, _) = try await takenOver(on: database)
        let failure = AttemptFailure(kind: .error, message: "late", isRetryable: false)
        #expect(try await database.pool.fail(old.id, epoch: old.epoch, failure) == nil)
        #expect(try await database.pool.snooze(old.id, epoch: old.epoch, for: .seconds(1)) == false)
        #expect(try await database.pool.release(old.id, epoch: old.epoch) == false)
        let children = [try Scripted.request("child")]
        #expect(try await database.pool.handOver(old, result: nil, children: children, successor: nil) == nil)
        #expect(try await database.pool.state(of: old.id) == .running)
        let jobs: Int = try await database.pool.query("SELECT count(*) FROM millrace.job")[0][0]
        #expect(jobs == 1)
        let errors: Int = try await database.pool.query(
            "SELECT count(*) FROM millrace.attempt_error WHERE message = 'late'")[0][0]
        #expect(errors == 0)
    }

    @Test("a zombie's effects are rolled back with its completion")
    func staleEffects() async throws {
        let database = try TestDatabase.current
        try await database.pool.execute("CREATE TABLE effect (word text)")
        let (old, _) = try await takenOver(on: database)
        let signal = Signal()
        let attempt = AttemptState(
            job: old, pool: database.pool,
            doorbell: Doorbell(local: signal, over: database.pool, logger: TestDatabase.logger),
            logger: TestDatabase.logger)
        let context = JobContext(arguments: Scripted.Arguments(), attemptState: attempt)
        await #expect(throws: StaleLease.self) {
            try await context.complete { try await $0.execute("INSERT INTO effect VALUES ('zombie')") }
        }
        let effects: Int = try await database.pool.query("SELECT count(*) FROM effect")[0][0]
        #expect(effects == 0)
    }

    @Test("a lost worker's jobs are taken over with the attempt given back and the crash counted")
    func rescue() async throws {
        let database = try TestDatabase.current
        let (old, new) = try await takenOver(on: database)
        #expect(old.attempt == 1)
        #expect(new.attempt == 1)
        #expect(new.crashes == 1)
    }

    @Test("leases of a worker that has ended are looked for less and less often, and found all the same")
    func seldomSought() async throws {
        let database = try TestDatabase.current
        let pool = database.pool
        for _ in 0..<3 { try await pool.enqueue(try Scripted.request()) }
        let dead = try await ManualWorker("dead", on: database)
        let alive = try await ManualWorker("alive", on: database)
        #expect(try await dead.claim(1).count == 1)
        try await dead.fallSilent()
        #expect(try await pool.rescueJobs(thorough: false) == 1)
        // As by claims that were on their way when the worker was declared lost.
        func claimLate() async throws {
            let job = try #require(try await alive.claim(1).first)
            try await pool.execute(
                "UPDATE millrace.lease SET worker_id = $1 WHERE job_id = $2", dead.id, job.id.rawValue)
        }
        func wait(seconds: Int) async throws {
            try await pool.execute(
                """
                UPDATE millrace.worker SET ended_at = ended_at - $1 * interval '1 second',
                    leases_sought_at = leases_sought_at - $1 * interval '1 second' WHERE id = $2
                """, seconds, dead.id)
        }
        try await claimLate()
        #expect(try await pool.rescueJobs(thorough: false) == 0, "not yet")
        try await wait(seconds: 2)
        #expect(try await pool.rescueJobs(thorough: false) == 1)
        try await claimLate()
        #expect(try await pool.rescueJobs(thorough: false) == 0, "not before it has been ended for five seconds")
        try await wait(seconds: 4)
        #expect(try await pool.rescueJobs(thorough: false) == 1)
        try await claimLate()
        #expect(try await pool.rescueJobs(thorough: false) == 0)
        #expect(try await pool.rescueJobs() == 1, "asked for, it looks at once")
        try await claimLate()
        try await wait(seconds: 700)
        #expect(try await pool.rescueJobs(thorough: false) == 0, "after ten minutes only a thorough look finds it")
        #expect(try await pool.rescueJobs() == 1)
    }

    @Test("a job that takes its worker down three times is quarantined and visible")
    func quarantine() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(try Scripted.request())
        for number in 1...3 {
            let worker = try await ManualWorker("victim \(number)", on: database)
            #expect(try await worker.claim().map(\.id) == [id])
            try await worker.fallSilent()
            #expect(try await database.pool.rescueJobs() == 1)
        }
        #expect(try await database.pool.state(of: id) == .quarantined)
        #expect(try await database.pool.failedAttempts(of: id).rows.count == 3)
        let why: String = try await database.pool.query("SELECT reason FROM millrace.v_why WHERE id = $1", id.rawValue)[
            0][0]
        #expect(why.contains("3 workers died while they ran it"))
        try await database.pool.retry(id)
        #expect(try await database.pool.state(of: id) == .ready)
    }

    @Test("a worker that was declared lost cannot prove its life any more")
    func lostWorker() async throws {
        let database = try TestDatabase.current
        let worker = try await ManualWorker("slow", on: database)
        #expect(try await database.pool.confirmAlive(worker: worker.id, staleOutcomes: 0) != nil)
        try await worker.fallSilent()
        _ = try await database.pool.rescueJobs()
        #expect(try await database.pool.confirmAlive(worker: worker.id, staleOutcomes: 0) == nil)
    }

    @Test("a worker that was declared lost is given no jobs any more")
    func claimOfLostWorker() async throws {
        let database = try TestDatabase.current
        let worker = try await ManualWorker("slow", on: database)
        try await worker.fallSilent()
        _ = try await database.pool.rescueJobs()
        let id = try await database.pool.enqueue(try Scripted.request())
        #expect(try await worker.claim().isEmpty)
        #expect(try await database.pool.state(of: id) == .ready)
    }

    @Test("a claim that commits after its worker was declared lost is found by the next rescue")
    func lateClaim() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(try Scripted.request())
        let worker = try await ManualWorker("slow", on: database)
        #expect(try await worker.claim().map(\.id) == [id])
        // As if the declaration had come first: the worker is lost already, and nobody has looked at this lease yet.
        try await database.pool.execute("UPDATE millrace.worker SET state = 'lost', ended_at = clock_timestamp()")
        #expect(try await database.pool.rescueJobs() == 1)
        #expect(try await database.pool.state(of: id) == .ready)
    }
}
