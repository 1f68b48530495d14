import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Why a job waits", .database)
struct WhyTests {
    private func reason(_ id: JobID) async throws -> String {
        try await TestDatabase.current.pool.query("SELECT reason FROM millrace.v_why WHERE id = $1", id.rawValue)[0][0]
    }

    @Test("a job that nobody can run says so")
    func noWorker() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(try Scripted.request())
        #expect(try await reason(id) == "no live worker of queue default offers plugin scripted version 1")
        _ = try await ManualWorker("a", on: database)
        #expect(try await reason(id).contains("is claimed at the next look of a worker"))
    }

    @Test("a job behind busy workers says so")
    func busy() async throws {
        let database = try TestDatabase.current
        let worker = try await ManualWorker("a", on: database)
        _ = try await database.pool.enqueue(try (0..<4).map { _ in try Scripted.request() })
        #expect(try await worker.claim(4).count == 4)
        let id = try await database.pool.enqueue(try Scripted.request())
        #expect(try await reason(id) == "all 4 slots of the worker that can run it are busy; it is at about place 1")
    }

    @Test("a job of a paused queue names who paused it")
    func paused() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(try Scripted.request())
        try await database.pool.pause(queue: "default", by: "alice")
        #expect(try await reason(id).hasPrefix("its queue default was paused by alice at "))
    }

    @Test("a job that is due later, waits for another, or was cancelled says so")
    func others() async throws {
        let database = try TestDatabase.current
        var later = try Scripted.request("later", key: "later")
        later.delay = .seconds(3600)
        let ids = try await database.pool.enqueue([later, try Scripted.request("waits", needs: ["later"])])
        #expect(try await reason(ids[0]).hasPrefix("is due at "))
        #expect(try await reason(ids[1]) == "waits for job \(ids[0]) (scripted, scheduled)")
        _ = try await database.pool.cancel(ids[0], by: "bob")
        #expect(try await reason(ids[0]).hasPrefix("was cancelled by bob, at "))
        #expect(try await reason(ids[1]).contains("job \(ids[0]), which it waited for, was cancelled"))
    }

    @Test("a job that waits for its next attempt names the error")
    func retry() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(try Scripted.request())
        let worker = try await ManualWorker("a", on: database)
        let job = try #require(try await worker.claim().first)
        _ = try await database.pool.fail(
            id, epoch: job.epoch, AttemptFailure(kind: .error, message: "the disk is full", isRetryable: true))
        #expect(try await reason(id).contains("after attempt 1 of 3 ended with error: the disk is full"))
    }
}
