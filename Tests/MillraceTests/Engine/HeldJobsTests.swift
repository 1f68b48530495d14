import Foundation
import Logging
import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Jobs that a worker holds", .database)
struct HeldJobsTests {
    private func attempts(_ count: Int) throws -> [AttemptState] {
        let pool = try TestDatabase.current.pool
        return (1...count).map { number in
            let job = ClaimedJob(
                id: JobID(Int64(number)), epoch: 7, enqueuedAt: .now,
                lane: Lane(plugin: "p", queue: "q", argumentsVersion: 1), arguments: JSONText("{}"), attempt: 1,
                crashes: 0,
                isSuspect: false, maxAttempts: 5, timeout: nil, details: nil)
            return AttemptState(
                job: job, pool: pool, doorbell: Doorbell(over: pool, logger: TestDatabase.logger),
                logger: TestDatabase.logger)
        }
    }

    @Test("one job follows another in the same chain, until one was asked to stop")
    func chains() async throws {
        let held = HeldJobs()
        held.insert(try attempts(4))
        let first = try #require(held.begin(slots: 1).first)
        let task = Task { while !Task.isCancelled { await Task.yield() } }
        held.attach(task, to: first.chain)
        let second = try #require(held.end(first, slots: 1).next)
        #expect(second.chain === first.chain && second.attempt.job.id == JobID(2))
        held.stop(JobID(1), epoch: 7, because: .cancelRequested)
        #expect(!task.isCancelled, "it has ended, and the task is another's")
        held.stop(JobID(2), epoch: 6, because: .cancelRequested)
        #expect(!task.isCancelled, "it is another attempt")
        held.stop(JobID(3), epoch: 7, because: .cancelRequested)
        #expect(!task.isCancelled, "it has not begun")
        held.stop(JobID(2), epoch: 7, because: .cancelRequested)
        #expect(task.isCancelled)
        await task.value
        let third = try #require(held.end(second, slots: 1).next)
        #expect(third.chain !== second.chain)
        #expect(third.attempt.stopCause == .cancelRequested)
        #expect(held.counts.running == 1 && held.counts.waiting == 1 && held.counts.ended == 2)
    }

    @Test("a stop that comes before the task is tied to its chain is made good")
    func lateTask() async throws {
        let held = HeldJobs()
        held.insert(try attempts(1))
        let begun = try #require(held.begin(slots: 5).first)
        held.stopAll(because: .shutdown)
        let task = Task { while !Task.isCancelled { await Task.yield() } }
        held.attach(task, to: begun.chain)
        await task.value
        #expect(held.end(begun, slots: 5).next == nil)
        #expect(held.attempts.isEmpty)
    }

    @Test("those that wait are taken in their order, from both ends of the time that they came in")
    func order() throws {
        let held = HeldJobs()
        held.insert(try attempts(3))
        let early = ContinuousClock.now
        #expect(held.begin(slots: 1).map(\.attempt.job.id) == [JobID(1)])
        let late = try attempts(5).suffix(2)
        held.insert(Array(late))
        #expect(held.takeWaiting(claimedBefore: early).map(\.job.id) == [JobID(2), JobID(3)])
        #expect(held.begin(slots: 3).map(\.attempt.job.id) == [JobID(4), JobID(5)])
    }
}
