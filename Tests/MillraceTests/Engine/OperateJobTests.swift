import Foundation
import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("What people do to jobs", .database)
struct OperateJobTests {
    @Test("a job that is given up ends as failed, and one that runs is asked to stop")
    func discard() async throws {
        let database = try TestDatabase.current
        let ids = try await database.pool.enqueue([.bare(), .bare()])
        let worker = try await ManualWorker("w", on: database)
        #expect(try await worker.claim(1).map(\.id) == [ids[0]])
        #expect(try await database.pool.discard(ids[0]) == .requested)
        #expect(try await database.pool.discard(ids[1], by: "ann") == .cancelled)
        #expect(try await database.pool.standing(of: ids[1])?.reason == "was given up by ann")
        #expect(try await database.pool.state(of: ids[1]) == .failed)
        #expect(try await database.pool.discard(ids[1]) == .alreadyEnded(.failed))
    }

    @Test("a job is put off and forward, keeps waiting for others, and a running one is not")
    func reschedule() async throws {
        let database = try TestDatabase.current
        let pool = database.pool
        let worker = try await ManualWorker("w", on: database)
        let id = try await pool.enqueue(.bare())
        let child = try await pool.enqueue(.bare(parents: [id]))
        try await pool.reschedule(id, in: .seconds(3600))
        #expect(try await pool.state(of: id) == .scheduled)
        #expect(try await worker.claim().isEmpty)
        try await pool.reschedule(id, to: Date(timeIntervalSinceNow: -60))
        try await pool.reschedule(child, in: .seconds(3600))
        #expect(try await pool.state(of: child) == .blocked)
        #expect(try await pool.promoteDue() == 1)
        let running = try #require(try await worker.claim().first)
        let error = await #expect(throws: PostgresError.self) { try await pool.reschedule(id, in: .seconds(1)) }
        #expect(error?.message.contains("does not wait to start") == true)
        try await worker.complete(running)
        #expect(try await pool.state(of: child) == .scheduled)
    }

    @Test("a priority counts at once for a waiting job and from the next attempt on for a running one")
    func priority() async throws {
        let database = try TestDatabase.current
        let pool = database.pool
        let ids = try await pool.enqueue([.bare(), .bare(), .bare(delay: .seconds(60))])
        let worker = try await ManualWorker("w", on: database)
        try await pool.setPriority(-5, of: ids[1])
        let first = try #require(try await worker.claim(1).first)
        #expect(first.id == ids[1])
        try await pool.setPriority(7, of: first.id)
        try await pool.setPriority(-9, of: ids[2])
        #expect(try await pool.release(first.id, epoch: first.epoch))
        #expect(try await database.withClock(movedBy: "2m") { try await $0.promoteDue() } == 1)
        #expect(try await worker.workOff(atOnce: 1).map(\.id) == [ids[2], ids[0], ids[1]])
        await #expect(throws: PostgresError.self) { try await pool.setPriority(1, of: ids[0]) }
    }

    @Test("two changes of a priority at the same moment both take effect, one after the other")
    func concurrentPriorities() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(.bare())
        let first = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        try await first.execute("BEGIN")
        try await first.setPriority(3, of: id)
        async let second: Void = database.pool.setPriority(4, of: id)
        try await database.someoneWaitsForALock()
        try await first.execute("COMMIT")
        try await second
        await first.close()
        #expect(
            try await Invariants.broken(Invariants.always.filter { $0.name.hasPrefix("lane") }, on: database.pool) == []
        )
        let priority: Int16 = try await database.pool.query(
            "SELECT lane.priority FROM millrace.ready JOIN millrace.lane ON lane.id = ready.lane_id")[0][0]
        #expect(priority == 4)
    }

    @Test("a snoozed job comes back later with its attempt given back")
    func snooze() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(.bare())
        let worker = try await ManualWorker("w", on: database)
        let first = try #require(try await worker.claim().first)
        #expect(try await database.pool.snooze(id, epoch: first.epoch, for: .seconds(60)))
        #expect(try await database.pool.state(of: id) == .scheduled)
        #expect(try await database.pool.promoteDue() == 0)
        #expect(try await database.withClock(movedBy: "2m") { try await $0.promoteDue() } == 1)
        let second = try #require(try await worker.claim().first)
        #expect(second.attempt == 1)
        #expect(second.epoch > first.epoch)
    }

    @Test("a retry makes a job ready that is put off, or that ended badly with all its attempts given back")
    func retry() async throws {
        let database = try TestDatabase.current
        let pool = database.pool
        let worker = try await ManualWorker("w", on: database)
        let id = try await pool.enqueue(.bare(delay: .seconds(3600)))
        try await pool.retry(id)
        let claimed = try #require(try await worker.claim().first)
        await #expect(throws: PostgresError.self) { try await pool.retry(id) }
        try await worker.fail(claimed)
        #expect(try await pool.state(of: id) == .failed)
        try await pool.retry(id)
        let again = try #require(try await worker.claim().first)
        #expect(again.attempt == 1)
        try await worker.complete(again)
        await #expect(throws: PostgresError.self) { try await pool.retry(id) }
    }

    @Test("a barrier that was cancelled cannot be retried: nobody could run it")
    func retryBarrier() async throws {
        let database = try TestDatabase.current
        let worker = try await ManualWorker("w", on: database)
        try await database.pool.enqueue(.bare())
        let job = try #require(try await worker.claim().first)
        let made = try #require(
            try await database.pool.handOver(job, result: nil, children: [.bare()], successor: nil))
        #expect(try await database.pool.cancel(made[1]) == .cancelled)
        let error = await #expect(throws: PostgresError.self) { try await database.pool.retry(made[1]) }
        #expect(error?.message == "job \(made[1]) has no work of its own: it only waited for others")
        #expect(try await database.pool.state(of: made[1]) == .cancelled)
    }

    @Test("to cancel a job whose end is kept no longer is an error, not a wait")
    func forgottenEnd() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(.bare())
        _ = try await database.pool.cancel(id)
        // As when its day of ends was dropped and its day of jobs stays for the sake of another job.
        try await database.pool.execute("DELETE FROM millrace.finished")
        let error = await #expect(throws: PostgresError.self) { _ = try await database.pool.cancel(id) }
        #expect(error?.sqlState == SQLState("P0002"))
    }

    @Test("whoever waits for a parent that is claimed or replaced at that very moment is told of its end")
    func parentMovesWhileItIsLockedFor() async throws {
        let database = try TestDatabase.current
        let rule = Unique(onConflict: .replace)
        let parent = try await database.pool.enqueue(.bare(unique: rule))
        let replacing = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        try await replacing.execute("BEGIN")
        let heir = try await replacing.enqueue(.bare(unique: rule))
        let waiting = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        try await waiting.execute("BEGIN")
        async let enqueuing = waiting.enqueue(.bare(#"{"word": "child"}"#, parents: [parent]))
        try await database.someoneWaitsForALock()
        try await replacing.execute("COMMIT")
        let child = try await enqueuing
        // The heir cannot end unseen while the transaction with its new waiter is open.
        async let ending = database.pool.cancel(heir)
        try await database.someoneWaitsForALock()
        try await waiting.execute("COMMIT")
        #expect(try await ending == .cancelled)
        await replacing.close()
        await waiting.close()
        #expect(try await database.pool.state(of: child) == .cancelled)
    }
}
