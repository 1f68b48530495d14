import Foundation
import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Why a job does not run", .database)
struct WhyTests {
    private func reason(_ id: JobID) async throws -> String {
        try await TestDatabase.current.pool.query("SELECT reason FROM millrace.v_why WHERE id = $1", id.rawValue)[0][0]
    }

    private func moment(_ column: String, _ id: JobID) async throws -> String {
        // The column is one of this file's own.
        try await TestDatabase.current.pool.query(
            "SELECT millrace.moment((to_jsonb(v_job) ->> $2)::timestamptz) FROM millrace.v_job WHERE id = $1",
            id.rawValue, column)[0][0]
    }

    private func fail(_ job: ClaimedJob, _ message: String, retryable: Bool = true) async throws {
        _ = try await TestDatabase.current.pool.fail(
            job.id, epoch: job.epoch, AttemptFailure(kind: .error, message: message, isRetryable: retryable))
    }

    @Test("ready, and a worker will see it")
    func ready() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(try Scripted.request())
        _ = try await ManualWorker("a", on: database)
        #expect(
            try await reason(id)
                == "is ready since \(moment("enqueued_at", id)) and is claimed at the next look of a worker, within a second or so"
        )
    }

    @Test("due later")
    func scheduled() async throws {
        let database = try TestDatabase.current
        var request = try Scripted.request()
        request.delay = .seconds(3600)
        let id = try await database.pool.enqueue(request)
        #expect(try await reason(id) == "is due at \(moment("due_at", id))")
    }

    @Test("waits for jobs, each with its state, and says how many more there are")
    func blocked() async throws {
        let database = try TestDatabase.current
        var requests = try (0..<7).map { try Scripted.request("p\($0)", key: "p\($0)") }
        requests[0].delay = .seconds(3600)
        requests.append(try Scripted.request("waits", needs: (0..<7).map { "p\($0)" }))
        let ids = try await database.pool.enqueue(requests)
        let listed = ids[1..<5].map { "job \($0) (scripted, ready)" }
        #expect(
            try await reason(ids[7])
                == "waits for job \(ids[0]) (scripted, scheduled), \(listed.joined(separator: ", ")) and 2 more")
    }

    @Test("will not run, because a job that it waits for was cancelled while others go on")
    func doomed() async throws {
        let database = try TestDatabase.current
        let ids = try await database.pool.enqueue([
            try Scripted.request("a", key: "a"), try Scripted.request("b", key: "b"),
            try Scripted.request("waits", needs: ["a", "b"]),
        ])
        _ = try await database.pool.cancel(ids[0], by: "bob")
        #expect(
            try await reason(ids[2]) == "waits for job \(ids[1]) (scripted, ready); will not run then, because "
                + "job \(ids[0]), which it waited for, was cancelled")
        _ = try await database.pool.cancel(ids[1], by: "bob")
        #expect(
            try await reason(ids[2])
                == "job \(ids[0]), which it waited for, was cancelled, at \(moment("finished_at", ids[2]))")
    }

    @Test("its queue is paused, by whom and since when")
    func paused() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(try Scripted.request())
        try await database.pool.pause(queue: "default", by: "alice")
        let since: String = try await database.pool.query(
            "SELECT millrace.moment(paused_at) FROM millrace.queue WHERE name = 'default'")[0][0]
        #expect(try await reason(id) == "its queue default was paused by alice at \(since)")
        #expect(try await database.pool.state(of: id) == .parked)
        try await database.pool.resume(queue: "default")
        #expect(try await database.pool.state(of: id) == .ready)
    }

    @Test("a limit is full, with its holders, and with the key's value when it counts by one")
    func limited() async throws {
        let database = try TestDatabase.current
        let worker = try await ManualWorker("a", on: database)
        try await database.pool.setLimit(Limit("two", .concurrency(2)))
        let ids = try await database.pool.enqueue(try (0..<3).map { _ in try Scripted.request() })
        #expect(try await worker.claim(10).map(\.id) == [ids[0], ids[1]])
        #expect(
            try await reason(ids[2]) == "limit two is full: 2 of 2 in use, by job \(ids[0]), job \(ids[1])")
        #expect(try await database.pool.state(of: ids[2]) == .parked)

        _ = try await database.pool.removeLimit("two")
        try await database.pool.setLimit(Limit("per-word", .concurrency(1), by: "word"))
        let acme = try await database.pool.enqueue(try (0..<2).map { _ in try Scripted.request("acme") })
        _ = try await worker.claim(10)
        #expect(
            try await reason(acme[1]) == "limit per-word for word acme is full: 1 of 1 in use, by job \(acme[0])")
    }

    @Test("a rate limit has no token until a time")
    func rated() async throws {
        let database = try TestDatabase.current
        let worker = try await ManualWorker("a", on: database)
        try await database.pool.setLimit(Limit("slow", .rate(1, per: .seconds(3600), burst: 1)))
        let ids = try await database.pool.enqueue(try (0..<2).map { _ in try Scripted.request() })
        #expect(try await worker.claim(10).map(\.id) == [ids[0]])
        let opens: String = try await database.pool.query(
            "SELECT millrace.moment(opens_at) FROM millrace.v_limit WHERE limit_name = 'slow'")[0][0]
        #expect(try await reason(ids[1]) == "rate limit slow lets the next job start at \(opens)")
    }

    @Test("no live worker offers its plugin in that version")
    func noWorker() async throws {
        let database = try TestDatabase.current
        var newer = try Scripted.request()
        newer.argumentsVersion = 2
        let ids = try await database.pool.enqueue([try Scripted.request(), newer])
        #expect(try await reason(ids[0]) == "no live worker of queue default offers plugin scripted version 1")
        let worker = try await ManualWorker("a", on: database)
        #expect(try await reason(ids[0]).hasPrefix("is ready since"))
        #expect(try await reason(ids[1]) == "no live worker of queue default offers plugin scripted version 2")
        try await worker.fallSilent()
        #expect(try await reason(ids[0]) == "no live worker of queue default offers plugin scripted version 1")
    }

    @Test("all slots are busy, and how many stand before it")
    func busy() async throws {
        let database = try TestDatabase.current
        let worker = try await ManualWorker("a", on: database)
        let ids = try await database.pool.enqueue(try (0..<7).map { _ in try Scripted.request() })
        #expect(try await worker.claim(4).count == 4)
        #expect(
            try await reason(ids[6]) == "all 4 slots of the worker that can run it are busy; it is at about place 3")
    }

    @Test("all slots are busy, of one worker by its other jobs and of the other by what it keeps for the queue")
    func busyEachInItsWay() async throws {
        let database = try TestDatabase.current
        let busy = try await ManualWorker("busy", on: database)
        try await database.pool.setSlots(2, ofWorker: "busy")
        _ = try await database.pool.enqueue((0..<2).map { _ in .bare(queue: "other") })
        #expect(try await busy.claim(2).count == 2)
        let bound = try await ManualWorker("bound", on: database)
        try await database.pool.setSlots(1, ofWorker: "bound", queue: "q")
        let ids = try await database.pool.enqueue((0..<2).map { _ in .bare(queue: "q") })
        #expect(try await bound.claim(2).map(\.id) == [ids[0]])
        #expect(
            try await reason(ids[1]) == "all 3 slots of the 2 workers that can run it are busy; it is at about place 1")
        try await database.pool.setSlots(2, ofWorker: "bound", queue: "q")
        #expect(try await reason(ids[1]).hasPrefix("is ready since"))
    }

    @Test("tries again after an error")
    func retry() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(try Scripted.request())
        let worker = try await ManualWorker("a", on: database)
        try await fail(try #require(try await worker.claim().first), "the disk is full")
        #expect(
            try await reason(id)
                == "tries again at \(moment("due_at", id)), after attempt 1 of 3 ended with error: the disk is full")
    }

    @Test("failed, after how many attempts and why")
    func failed() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(try Scripted.request())
        let worker = try await ManualWorker("a", on: database)
        try await fail(try #require(try await worker.claim().first), "no such customer", retryable: false)
        #expect(
            try await reason(id) == "failed at \(moment("finished_at", id)) after 1 of 3 attempts: no such customer")
    }

    @Test("quarantined after three crashes")
    func quarantined() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(try Scripted.request())
        for name in ["a", "b", "c"] {
            let worker = try await ManualWorker(name, on: database)
            #expect(try await worker.claim().map(\.id) == [id])
            try await worker.fallSilent()
            #expect(try await database.pool.rescueJobs() == 1)
        }
        #expect(
            try await reason(id)
                == "was quarantined at \(moment("finished_at", id)) after 3 crashes: 3 workers died while they ran it")
    }

    @Test("cancelled, by whom and when")
    func cancelled() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(try Scripted.request())
        _ = try await database.pool.cancel(id, by: "bob")
        #expect(try await reason(id) == "was cancelled by bob, at \(moment("finished_at", id))")
    }

    @Test("replaced by a newer one with its unique key")
    func replaced() async throws {
        let database = try TestDatabase.current
        var request = try Scripted.request()
        request.unique = Unique(onConflict: .replace)
        let old = try await database.pool.enqueue(request)
        let new = try await database.pool.enqueue(request)
        #expect(try await reason(old) == "was replaced by job \(new), at \(moment("finished_at", old))")
    }

    @Test("expired, or past its deadline")
    func late() async throws {
        let database = try TestDatabase.current
        var expiring = try Scripted.request()
        expiring.expiry = .milliseconds(1)
        var bounded = try Scripted.request()
        bounded.deadline = .milliseconds(1)
        let ids = try await database.pool.enqueue([expiring, bounded])
        try await eventually("both have run out of time") {
            _ = try await database.pool.expireOverdue()
            let states = [try await database.pool.state(of: ids[0]), try await database.pool.state(of: ids[1])]
            return states.allSatisfy { $0?.isTerminal == true }
        }
        #expect(try await reason(ids[0]).hasPrefix("expired: it had not started by "))
        #expect(try await reason(ids[1]).contains("after 0 of 3 attempts: its deadline passed at "))
    }

    @Test("succeeded, and who carries its work on")
    func succeeded() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(try Scripted.request())
        let worker = try await ManualWorker("a", on: database)
        let job = try #require(try await worker.claim().first)
        let children = try #require(
            try await database.pool.handOver(
                job, result: nil, children: [try Scripted.request("child")], successor: nil))
        #expect(
            try await reason(id)
                == "succeeded at \(moment("finished_at", id)); job \(children[1]) carries its work on")
    }

    @Test("a step waits for an approval, for a nested run, or was skipped")
    func steps() async throws {
        let database = try TestDatabase.current
        let inner = PipelineDefinition(name: "inner", steps: [PipelineStep(name: "only", plugin: "scripted")])
        var skipped = PipelineStep(name: "never", plugin: "scripted", needs: [.init("first")])
        skipped.when = [.init(step: "first", predicate: "$.count > 3")]
        let outer = PipelineDefinition(
            name: "outer",
            steps: [
                PipelineStep(name: "first", plugin: "scripted"), skipped,
                PipelineStep(name: "ask", work: .approval("Go on?")),
                PipelineStep(name: "nest", work: .pipeline("inner", parameters: JSONText("{}"))),
            ])
        try await database.pool.transaction { try await $0.apply([inner, outer], sources: ["a", "b"]) }
        let run = try await database.pool.startRun(of: "outer")
        func step(_ name: String) async throws -> JobID {
            JobID(
                try await database.pool.query("SELECT id FROM millrace.job WHERE run_id = $1 AND step = $2", run, name)[
                    0][0])
        }
        #expect(try await reason(step("ask")) == "waits for an approval: millrace pipeline approve \(run) ask")
        #expect(try await reason(step("nest")) == "waits for run \(run + 1) of pipeline inner (running)")
        let worker = try await ManualWorker("a", on: database)
        let first = try #require(try await worker.claim(1).first)
        _ = try await database.pool.complete([
            Completion(job: first.id, epoch: first.epoch, result: JSONText("{\"count\": 2}"))
        ])
        let never = try await step("never")
        #expect(
            try await reason(never) == "was skipped at \(moment("finished_at", never)): its condition did not hold: "
                + "$.count > 3 of step first")
    }

    @Test("every job that is not running has exactly one sentence")
    func complete() async throws {
        let database = try TestDatabase.current
        var later = try Scripted.request("later", key: "later")
        later.delay = .seconds(3600)
        _ = try await database.pool.enqueue([
            later, try Scripted.request("waits", needs: ["later"]), try Scripted.request(),
        ])
        let worker = try await ManualWorker("a", on: database)
        #expect(try await worker.claim(1).count == 1)
        let row = try await database.pool.query(
            """
            SELECT count(*), count(DISTINCT v_why.id), count(reason),
                (SELECT count(*) FROM millrace.v_job WHERE state <> 'running')
            FROM millrace.v_why
            """)[0]
        let (rows, jobs, reasons, waiting) = try row.decode(Int.self, Int.self, Int.self, Int.self)
        #expect(rows == 2 && jobs == 2 && reasons == 2 && waiting == 2)
    }
}
