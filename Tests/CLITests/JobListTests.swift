import Foundation
import Millrace
import Postgres
import TestSupport
import Testing

@Suite("job list and what it finds", .database)
struct JobListTests {
    private struct Line: Decodable { let id: Int64 }

    private func ids(_ arguments: String...) async throws -> [Int64] {
        let command = try await TestDatabase.current.millrace(["job", "list", "--format", "json"] + arguments)
        #expect(command.status == 0, "\(command.errors)")
        return try json(command, as: [Line].self).map(\.id)
    }

    @Test("each filter leaves out what does not match, and a state may be named more than once")
    func filters() async throws {
        let database = try TestDatabase.current
        let mail = try await database.pool.enqueue(try Acting.request(queue: "mail", tags: ["spring", "de"]))
        let plain = try await database.pool.enqueue(try Acting.request())
        let other = try await database.pool.enqueue(JobRequest(plugin: "other"))
        var later = try Acting.request()
        later.delay = .seconds(3600)
        let scheduled = try await database.pool.enqueue(later)
        _ = try await database.pool.cancel(plain, by: "the night shift")

        #expect(try await ids() == [scheduled, other, plain, mail].map(\.rawValue))
        #expect(try await ids("--queue", "mail") == [mail.rawValue])
        #expect(try await ids("--tag", "de") == [mail.rawValue])
        #expect(try await ids("--plugin", "other") == [other.rawValue])
        #expect(try await ids("--state", "cancelled") == [plain.rawValue])
        #expect(try await ids("--state", "cancelled", "--state", "scheduled") == [scheduled, plain].map(\.rawValue))
        #expect(try await ids("--error", "Night Shift") == [plain.rawValue])
        #expect(try await ids("--error", "day shift") == [])
        #expect(try await ids("--run", "1") == [])
        #expect(try await ids("--limit", "2") == [scheduled, other].map(\.rawValue))
        try await database.pool.pause(queue: "mail")
        #expect(try await ids("--state", "parked") == [mail.rawValue])
        #expect(try await ids("--state", "ready") == [other.rawValue])
    }

    @Test("ages are counted from the enqueue")
    func ages() async throws {
        let database = try TestDatabase.current
        let connection = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        try await connection.execute("SET millrace.clock_offset = '-2 hours'")
        let old = try await connection.enqueue(try Acting.request())
        await connection.close()
        let young = try await database.pool.enqueue(try Acting.request())
        #expect(try await ids("--older", "1h") == [old.rawValue])
        #expect(try await ids("--newer", "1h") == [young.rawValue])
        #expect(try await ids("--older", "1h", "--newer", "3h") == [old.rawValue])
        let impossible = try await millrace("job", "list", "--older", "3h", "--newer", "1h")
        #expect(impossible.status == 2)
        let noLength = try await millrace("job", "list", "--older", "3")
        #expect(noLength.status == 2)
        #expect(noLength.errors.contains("3 has no unit"))
    }

    @Test("a job in a lane whose limit is full is listed as parked, and by the error of its newest attempt")
    func parkedAndErrors() async throws {
        let database = try TestDatabase.current
        try await database.pool.setLimit(Limit("one", .concurrency(1), queue: "narrow"))
        let registry = try Acting.registry { job in
            guard job.arguments.word == "fails" else { return try await Task.sleep(for: .seconds(600)) }
            throw PermanentFailure("disk \(job.attempt) is full")
        }
        let worker = TestWorker(on: database, registry: registry)
        let holder = try await database.pool.enqueue(try Acting.request(queue: "narrow"))
        try await eventually("it runs") { try await database.pool.standing(of: holder)?.state == .running }
        let waiting = try await database.pool.enqueue(try Acting.request(queue: "narrow"))
        let failing = try await database.pool.enqueue(try Acting.request("fails"))
        #expect(try await database.end(of: failing).state == .failed)
        #expect(try await ids("--state", "parked") == [waiting.rawValue])
        #expect(try await ids("--state", "running") == [holder.rawValue])
        #expect(try await ids("--error", "DISK 1") == [failing.rawValue])
        for id in [holder, waiting] { _ = try await database.pool.cancel(id) }
        try await worker.stop()
    }

    @Test("an account that may read the views only gets the same list")
    func reader() async throws {
        let database = try TestDatabase.current
        let first = try await database.pool.enqueue(try Acting.request(queue: "mail"))
        let second = try await database.pool.enqueue(try Acting.request(tags: ["x"]))
        _ = try await database.pool.cancel(first)
        let connection = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        let filters = [
            JobFilter(), JobFilter(state: .cancelled), JobFilter(queue: "mail"), JobFilter(tag: "x"),
            JobFilter(newer: .seconds(60)), JobFilter(older: .seconds(60)), JobFilter(error: "cancelled"),
        ]
        let expected = [[second, first], [first], [first], [second], [second, first], [], [first]].map {
            $0.map { "\($0)" }
        }
        let asOwner = try await lists(filters, on: connection)
        #expect(asOwner.map { $0.map { $0[0] } } == expected)
        try await connection.execute("SET ROLE millrace_reader")
        #expect(try await lists(filters, on: connection) == asOwner)
        // What else reads the views alone.
        _ = try await connection.activity()
        _ = try await (connection.attempts(of: first), connection.runs(), connection.limits(), connection.workers())
        await connection.close()
    }

    private func lists(_ filters: [JobFilter], on connection: Connection) async throws -> [[[String?]]] {
        var lists: [[[String?]]] = []
        for filter in filters { lists.append(try await connection.jobs(filter).rows) }
        return lists
    }

    @Test("--watch prints a fresh listing again and again where nobody redraws")
    func watch() async throws {
        let database = try TestDatabase.current
        _ = try await database.pool.enqueue(try Acting.request("watched"))
        let process = Process()
        let out = Pipe()
        process.executableURL = Command.binary
        process.arguments = ["job", "list", "--watch", "0.1", "--format", "csv"]
        process.environment = Command.environment(adding: ["DATABASE_URL": try database.url])
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = out
        try process.run()
        defer { process.terminate() }
        var text = ""
        try await eventually("three listings") {
            let piece = out.fileHandleForReading.availableData
            text += String(decoding: piece, as: UTF8.self)
            return text.components(separatedBy: "id,plugin").count > 3
        }
        #expect(!text.contains("\u{1B}"))
    }
}
