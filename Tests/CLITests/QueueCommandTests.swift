import Foundation
import Millrace
import Postgres
import TestSupport
import Testing

@Suite("Queues, limits and workers from the command line", .database)
struct QueueCommandTests {
    @Test("a drained queue refuses new jobs, and --wait ends when it is empty")
    func drain() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(try Acting.request(queue: "mail"))
        async let draining = millrace("queue", "drain", "mail", "--wait")
        try await eventually("it takes no new jobs") {
            try await database.pool.queues().value("draining_at") != nil
        }
        await #expect(throws: PostgresError.self) { try await database.pool.enqueue(try Acting.request(queue: "mail")) }
        let worker = TestWorker(on: database, registry: try Acting.registry())
        let command = try await draining
        try await worker.stop()
        #expect(command.status == 0)
        #expect(command.output.contains("is empty"))
        #expect(try await database.pool.standing(of: id)?.state == .succeeded)
        #expect(try await millrace("queue", "resume", "mail").output == "queue mail runs\n")
        #expect(try await database.pool.queues().value("draining_at") == nil)
    }

    @Test("a drain that can never end says so, and a queue that is not there is an error")
    func pausedDrain() async throws {
        let database = try TestDatabase.current
        _ = try await database.pool.enqueue(try Acting.request(queue: "mail"))
        #expect(try await millrace("queue", "pause", "mail").status == 0)
        let command = try await millrace("queue", "drain", "mail", "--wait")
        #expect(command.status == 1)
        #expect(
            command.errors.contains("is paused, so its 1 job will not be worked off  →  millrace queue resume mail"))
        let missing = try await millrace("queue", "resume", "mial")
        #expect(missing.status == 1)
        #expect(missing.errors.contains("no queue mial  →  There are: "))
        #expect(try await millrace("queue", "pause", "mial").status == 1)
    }

    @Test("aging is set, switched off, and shown")
    func aging() async throws {
        let database = try TestDatabase.current
        #expect(try await millrace("queue", "aging", "mail", "10m", "--new").output.contains("every 10m"))
        #expect(try await database.pool.queues().value("aging") == "600.000")
        #expect(try await millrace("queue", "aging", "mail", "off").status == 0)
        #expect(try await database.pool.queues().value("aging") == nil)
        let wrong = try await millrace("queue", "aging", "mail", "10")
        #expect(wrong.status == 2)
        #expect(wrong.errors.contains("10 has no unit"))
    }

    @Test("limits are set, changed for a key, listed and removed")
    func limits() async throws {
        let database = try TestDatabase.current
        var request = try Acting.request()
        request.keys = ["tenant": "acme"]
        _ = try await database.pool.enqueue(request)
        #expect(try await millrace("limit", "set", "per-tenant", "--concurrency", "2", "--by", "tenant").status == 0)
        #expect(try await millrace("limit", "key", "per-tenant", "acme", "--max", "5", "--share", "2").status == 0)
        let rate = try await millrace(
            "limit", "set", "api", "--rate", "100/1m", "--burst", "20", "--plugin", "acting")
        #expect(rate.status == 0, "\(rate.errors)")
        struct Line: Decodable {
            let limit: String, kind: String, key: String?, capacity: Int?, period: Double?, burst: Int?, share: Double?
        }
        let lines: [Line] = try json(try await millrace("limit", "list", "--format", "json"))
        let tenant = try #require(lines.first { $0.limit == "per-tenant" })
        #expect(tenant.key == "acme" && tenant.capacity == 5 && tenant.share == 2)
        let api = try #require(lines.first { $0.limit == "api" })
        #expect(api.kind == "rate" && api.period == 60 && api.burst == 20)
        #expect(try await millrace("limit", "remove", "api").output == "limit api is gone\n")
        #expect(try await millrace("limit", "remove", "api").status == 1)
        for wrong in [
            ["--rate", "100"], ["--rate", "0/1m"], [], ["--rate", "1/1s", "--concurrency", "1"],
            ["--concurrency", "1", "--unfair"],
        ] {
            #expect(try await database.millrace(["limit", "set", "x"] + wrong).status == 2, "\(wrong)")
        }
        for senseless in [
            ["--concurrency", "0"], ["--concurrency", "-3"], ["--rate", "0/1m"], ["--rate", "-5/1m"],
        ] {
            let refused = try await database.millrace(["limit", "set", "x"] + senseless)
            #expect(refused.status != 0)
            #expect(refused.errors.contains("nothing would ever run  →"), "\(senseless)")
        }
        #expect(try await millrace("limit", "key", "per-tenant", "acme", "--max", "-1").errors.contains("above 0"))
    }

    @Test("a worker is started with slots and weights of queues, tuned while it runs, and drained to its end")
    func worker() async throws {
        let database = try TestDatabase.current
        let process = Process()
        process.executableURL = Command.binary
        process.arguments = [
            "worker", "--name", "tuned", "--slots", "4", "--queue", "default", "--queue", "mail=2", "--weight",
            "mail=3",
        ]
        process.environment = Command.environment(adding: ["DATABASE_URL": try database.url])
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer { if process.isRunning { process.terminate() } }
        try await eventually("it is there") { try await database.pool.workers().rows.count == 1 }
        let started = try await database.pool.workers()
        #expect(started.value("queues") == "default, mail")
        #expect(started.value("queue_slots") == #"{"mail": 2}"#)
        #expect(started.value("queue_weights") == #"{"mail": 3}"#)

        #expect(try await millrace("worker", "slots", "tuned", "6").status == 0)
        #expect(try await millrace("worker", "slots", "tuned", "off", "--queue", "mail").status == 0)
        #expect(try await millrace("worker", "weight", "tuned", "default", "5").status == 0)
        #expect(try await millrace("worker", "weight", "tuned", "mail", "off").status == 0)
        let tuned = try await database.pool.workers()
        #expect(tuned.value("running") == "0/6")
        #expect(tuned.value("queue_slots") == nil)
        #expect(tuned.value("queue_weights") == #"{"default": 5}"#)

        #expect(try await millrace("worker", "slots", "nobody", "1").status == 1)
        #expect(try await millrace("worker", "slots", "tuned", "off").status == 2)
        let drained = try await millrace("worker", "drain", "tuned", "--wait")
        #expect(drained.status == 0)
        #expect(drained.output.contains("has ended"))
        try await eventually("the process ends") { !process.isRunning }
        #expect(process.terminationStatus == 0)
    }

    @Test("a worker's options that make no sense are refused before it starts")
    func workerUsage() async throws {
        for wrong in [
            ["--queue", "mail=0"], ["--queue", "mail=x"], ["--weight", "mail"], ["--weight", "mail=0"],
            ["--queue", "mail", "--queue", "mail=2"], ["--namespace", "shop"],
        ] {
            #expect(try await TestDatabase.current.millrace(["worker"] + wrong).status == 2, "\(wrong)")
        }
    }

    @Test("doctor prints every check, and ends with 1 when one is a problem")
    func doctor() async throws {
        let database = try TestDatabase.current
        let well = try await millrace("doctor")
        let checks = try await database.pool.health()
        // A server for tests does without fsync, which doctor rightly calls a problem.
        let problems = checks.rows.filter { $0[1] == "problem" && $0[0] != "setting fsync" }
        #expect(problems.isEmpty, "\(well.output)")
        #expect(checks.rows.count > 3)
        for row in checks.rows { #expect(well.output.contains(try #require(row[0]))) }
        var overdue = try Acting.request()
        overdue.runAt = Date(timeIntervalSinceNow: 1)
        _ = try await database.pool.enqueue(overdue)
        try await database.pool.execute("UPDATE millrace.deferred SET due_at = due_at - interval '1 hour'")
        let ill = try await millrace("doctor")
        #expect(ill.status == 1)
        #expect(ill.output.contains("millrace coordinator"))
    }
}
