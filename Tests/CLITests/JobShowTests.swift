import Foundation
import Logging
import Millrace
import Postgres
import TestSupport
import Testing

@Suite("What is shown of one job", .database)
struct JobShowTests {
    @Test("show has every attempt, and what was asked for")
    func attempts() async throws {
        let database = try TestDatabase.current
        let registry = try Acting.registry { job in
            guard job.attempt > 1 else { throw Trouble(text: "the first one fails") }
            try await job.complete(result: ["sum": 3])
        }
        var request = try Acting.request()
        request.weight = 2
        request.deadline = .seconds(3600)
        request.keys = ["tenant": "acme"]
        let id = try await database.pool.enqueue(request)
        let state = try await database.withWorker(registry) { try await database.end(of: id).state }
        #expect(state == .succeeded)

        struct Attempt: Decodable { let attempt: Int, outcome: String, worker: String?, message: String? }
        struct Detail: Decodable { let id: Int64, weight: Int, deadline: String?, attempts: [Attempt] }
        let detail: Detail = try json(try await millrace("job", "show", "\(id)", "--format", "json"))
        #expect(detail.weight == 2)
        #expect(detail.deadline != nil)
        #expect(detail.attempts.map(\.outcome) == ["error", "succeeded"])
        #expect(detail.attempts.map(\.attempt) == [1, 2])
        #expect(detail.attempts.map(\.worker) == ["test", "test"])
        #expect(detail.attempts[0].message?.contains("the first one fails") == true)
        let table = try await millrace("job", "show", "\(id)").output
        #expect(table.contains("attempts:"))
        #expect(table.contains("the first one fails"))
    }

    @Test("result prints the JSON alone, and exit code 1 says that there is none")
    func result() async throws {
        let database = try TestDatabase.current
        let registry = try Acting.registry { job in
            switch job.arguments.word {
            case "sum": try await job.complete(result: ["sum": 3])
            case "fails": throw PermanentFailure("no luck")
            default: break
            }
        }
        let ids = try await database.pool.enqueue(["sum", "fails", "nothing"].map { try Acting.request($0) })
        let early = try await millrace("job", "result", "\(ids[0])")
        #expect(early.status == 1)
        #expect(early.errors.contains("no result yet"))
        try await database.withWorker(registry) {
            for id in ids { _ = try await database.end(of: id) }
        }
        let sum: [String: Int] = try json(try await millrace("job", "result", "\(ids[0])"))
        #expect(sum == ["sum": 3])
        let failed = try await millrace("job", "result", "\(ids[1])")
        #expect(failed.status == 1)
        #expect(failed.output.isEmpty)
        #expect(try await millrace("job", "result", "\(ids[2])").output == "null\n")
    }

    @Test("logs --follow begins before the job does, shows each line once and ends with the job")
    func follow() async throws {
        let database = try TestDatabase.current
        let registry = try Acting.registry { job in
            for line in 0..<30 {
                job.log.info("line \(line)")
                // In three pieces, each written before the next begins.
                guard line % 10 == 9 else { continue }
                try await eventually("the lines are written") {
                    try await job.database.query(
                        "SELECT count(*) = $1 FROM millrace.log_line WHERE job_id = $2", Int64(line + 1),
                        job.id.rawValue)[0][0]
                }
            }
        }
        let id = try await database.pool.enqueue(try Acting.request())
        async let following = millrace("job", "logs", "\(id)", "--follow", "--format", "json")
        try await eventually("somebody looks at the log") {
            try await database.pool.query(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'millrace job logs')")[0][0]
        }
        let state = try await database.withWorker(registry) { try await database.end(of: id).state }
        #expect(state == .succeeded)
        let command = try await following
        #expect(command.status == 0)
        #expect(command.errors.contains("is succeeded"))
        struct Line: Decodable { let message: String }
        let lines = try command.output.split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8)).message
        }
        #expect(lines == (0..<30).map { "line \($0)" })
    }
}

/// An error with a text.
struct Trouble: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}
