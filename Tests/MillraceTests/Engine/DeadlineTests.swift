import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Deadlines, expiry and timeouts", .database)
struct DeadlineTests {
    private func request(deadline: Duration? = nil, expiry: Duration? = nil) -> JobRequest {
        var request = JobRequest.bare()
        request.deadline = deadline
        request.expiry = expiry
        return request
    }

    @Test("a waiting job that is past its deadline fails, and what waits for it is told")
    func waiting() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(request(deadline: .seconds(60)))
        let waiter = try await database.pool.enqueue(.bare(parents: [id]))
        #expect(try await database.pool.expireOverdue() == 0)
        #expect(try await database.withClock(movedBy: "2m") { try await $0.expireOverdue() } == 1)
        #expect(try await database.pool.state(of: id) == .failed)
        #expect(try await database.pool.standing(of: id)?.reason?.contains("deadline passed") == true)
        #expect(try await database.pool.state(of: waiter) == .cancelled)
    }

    @Test(
        "a running job that is past its deadline is asked to stop, and fails however its worker lets go of it",
        arguments: ["fail", "snooze", "release", "worker dies"])
    func running(_ end: String) async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(request(deadline: .seconds(60)))
        let worker = try await ManualWorker("w", on: database)
        let claimed = try #require(try await worker.claim().first)
        #expect(try #require(claimed.remaining) <= .seconds(60))
        #expect(try await database.withClock(movedBy: "2m") { try await $0.expireOverdue() } == 1)
        #expect(try await database.pool.state(of: id) == .running)
        switch end {
        case "fail": try await worker.fail(claimed, isRetryable: true)
        case "snooze": #expect(try await database.pool.snooze(id, epoch: claimed.epoch, for: .seconds(1)))
        case "release": #expect(try await database.pool.release(id, epoch: claimed.epoch))
        default:
            try await worker.fallSilent()
            #expect(try await database.pool.rescueJobs() == 1)
        }
        #expect(try await database.pool.state(of: id) == .failed)
        #expect(try await database.pool.standing(of: id)?.reason == "its deadline has passed")
    }

    @Test(
        "a request to cancel a running job is not lost when its worker lets go of it",
        arguments: ["fail", "snooze", "release", "worker dies"])
    func cancelRequest(_ end: String) async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(.bare())
        let worker = try await ManualWorker("w", on: database)
        let claimed = try #require(try await worker.claim().first)
        #expect(try await database.pool.cancel(id, by: "ann") == .requested)
        switch end {
        case "fail": try await worker.fail(claimed, isRetryable: true)
        case "snooze": #expect(try await database.pool.snooze(id, epoch: claimed.epoch, for: .seconds(1)))
        case "release": #expect(try await database.pool.release(id, epoch: claimed.epoch))
        default:
            try await worker.fallSilent()
            #expect(try await database.pool.rescueJobs() == 1)
        }
        #expect(try await database.pool.state(of: id) == .cancelled)
        #expect(try await database.pool.standing(of: id)?.reason == "was cancelled by ann")
    }

    @Test("no attempt is begun that would be after the deadline")
    func noLateAttempt() async throws {
        let database = try TestDatabase.current
        var request = request(deadline: .seconds(60))
        request.backoff = Backoff(base: .seconds(600), cap: .seconds(600))
        let id = try await database.pool.enqueue(request)
        let worker = try await ManualWorker("w", on: database)
        let claimed = try #require(try await worker.claim().first)
        #expect(try await worker.fail(claimed, isRetryable: true) == .failed)
        #expect(try await database.pool.standing(of: id)?.reason?.contains("after its deadline") == true)
    }

    @Test("a job that has not started in time is cancelled, by the duty or by the claim that comes first")
    func expiry() async throws {
        let database = try TestDatabase.current
        let ids = try await database.pool.enqueue([
            request(expiry: .seconds(60)), request(expiry: .seconds(60)), request(expiry: .seconds(600)),
        ])
        let worker = try await ManualWorker("w", lease: .seconds(60_000), on: database)
        let late = try await database.withClock(movedBy: "2m") {
            try await $0.claim(for: worker.id, upTo: 1, offer: worker.offer)
        }
        #expect(late.map(\.id) == [ids[0]])
        #expect(late.first?.hasExpired == true)
        #expect(try await database.withClock(movedBy: "2m") { try await $0.expireOverdue() } == 2)
        #expect(try await database.pool.state(of: ids[0]) == .running, "only what never started is ended by the duty")
        #expect(try await database.pool.state(of: ids[1]) == .cancelled)
        #expect(try await database.pool.standing(of: ids[1])?.reason?.hasPrefix("expired") == true)
        #expect(try await database.pool.state(of: ids[2]) == .ready)
    }

    @Test("a job that has used an attempt does not expire")
    func noExpiryAfterStart() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(request(expiry: .seconds(60)))
        let worker = try await ManualWorker("w", on: database)
        try await worker.fail(try #require(try await worker.claim().first), isRetryable: true)
        #expect(try await database.withClock(movedBy: "2m") { try await $0.expireOverdue() } == 1)
        #expect(try await database.pool.state(of: id) == .scheduled)
    }

    @Test("a worker ends what has expired without running it, stops what takes too long, and keeps to deadlines")
    func worker() async throws {
        let database = try TestDatabase.current
        let notes = Notes()
        let registry = try PluginRegistry.scripted { job in
            notes.add(job.arguments.word)
            try await Task.sleep(for: .seconds(600))
        }
        var slow = try Scripted.request("slow")
        slow.timeout = .milliseconds(20)
        slow.maxAttempts = 1
        var doomed = try Scripted.request("doomed")
        doomed.deadline = .milliseconds(300)
        var expired = try Scripted.request("expired")
        expired.expiry = .milliseconds(-1)
        let ids = try await database.pool.enqueue([slow, doomed, expired])
        try await database.withWorker(registry) {
            let ends = [
                try await database.end(of: ids[0]), try await database.end(of: ids[1]),
                try await database.end(of: ids[2]),
            ]
            #expect(ends.map(\.state) == [.failed, .failed, .cancelled])
            #expect(ends[0].reason?.contains("took longer than") == true)
            #expect(ends[1].reason?.contains("deadline") == true)
        }
        #expect(!notes.all.contains("expired"))
    }
}
