import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Options that make no sense", .database)
struct EnqueueOptionTests {
    @Test(
        "each is refused with the job's place and what it takes, and nothing is enqueued",
        arguments: [
            (#""priority": 99999"#, "priority 99999", "Give a whole number from -32768 to 32767"),
            (#""priority": "high""#, "priority high", "Give a whole number from -32768 to 32767"),
            (#""max_attempts": 0"#, "max_attempts 0", "Give a whole number from 1 to 1000"),
            (#""max_attempts": 1.5"#, "max_attempts 1.5", "Give a whole number from 1 to 1000"),
            (#""weight": 1001"#, "weight 1001", "Give a whole number from 1 to 1000"),
            (#""args_version": -1"#, "args_version -1", "Give a whole number from 0"),
            (#""timeout_ms": -1000"#, "timeout_ms -1000", "Give a whole number from 1 to 3155760000000"),
            (#""delay_ms": "soon""#, "delay_ms soon", "Give a whole number from -3155760000000"),
            (#""backoff_base_ms": -5"#, "backoff_base_ms -5", "Give a whole number from 0"),
            (#""deadline_ms": 1e30"#, "deadline_ms 1000000000000000000000000000000", "Give a whole number"),
            (#""expires_ms": 1.5"#, "expires_ms 1.5", "Give a whole number from -3155760000000"),
            (#""unique": {"for_ms": 0}"#, "unique.for_ms 0", "Give a whole number from 1"),
            (#""unique": {"args": "customer"}"#, "unique.args customer", "Give a list"),
            (#""run_at": "tomorrow at noon""#, "run_at tomorrow at noon", "Give a time with its offset"),
            (#""deadline_at": "2026-13-01""#, "deadline_at 2026-13-01", "Give a time with its offset"),
            (#""tags": "word""#, "tags word", "Give a list"), (#""tags": [1]"#, "tags [1]", "Give a list"),
            (#""tags": null"#, "tags null", "Give a list"),
            (#""needs": "load""#, "needs load", "Give a list"), (#""parents": 7"#, "parents 7", "Give a list"),
            (#""parents": ["all"]"#, #"parents ["all"]"#, "Give a list"),
            (#""parents": [null]"#, "parents [null]", "Give a list"),
            (#""trace": 5"#, "trace 5", "Give an object"),
            (#""step": "a""#, "unknown keys: step", "Known keys: key, plugin"),
            (#""rules": {}"#, "unknown keys: rules", "Known keys: key, plugin"),
            (
                #""on_failure": {"load": "hope"}"#, #"on_failure {"load": "hope"}"#,
                "Give stop, continue or always"
            ),
        ])
    func refused(_ option: String, _ problem: String, _ wayOut: String) async throws {
        let database = try TestDatabase.current
        let jobs = JSONText(#"[{"plugin": "scripted", "priority": 3}, {"plugin": "scripted", \#(option)}]"#)
        let error = await #expect(throws: PostgresError.self) {
            try await database.pool.query("SELECT * FROM millrace.enqueue_many($1)", jobs)
        }
        #expect(error?.message == "job 2 has \(problem)")
        #expect(error?.hint?.hasPrefix(wayOut) == true)
        #expect(try await database.pool.query("SELECT FROM millrace.job").isEmpty)
    }

    @Test("null is the same as leaving a figure or a time out, and the ends of each range are allowed")
    func allowed() async throws {
        let database = try TestDatabase.current
        let jobs = JSONText(
            #"""
            [{"plugin": "scripted", "priority": null, "run_at": null, "trace": null, "weight": null},
             {"plugin": "scripted", "priority": -32768, "max_attempts": 1000, "weight": 1000, "timeout_ms": 1,
              "delay_ms": 0, "tags": [], "on_failure": {}, "unique": {"args": []}, "deadline_ms": 3155760000000}]
            """#)
        #expect(try await database.pool.query("SELECT * FROM millrace.enqueue_many($1)", jobs).count == 2)
    }

    @Test("arguments may be as large as the setting says, of one job as of many")
    func size() async throws {
        let pool = try TestDatabase.current.pool
        try await pool.enqueue(.bare())
        try await pool.execute("UPDATE millrace.setting SET value = '100' WHERE name = 'max_args_bytes'")
        let large = JobRequest.bare(#"{"word": "\#(String(repeating: "a", count: 200))"}"#)
        for requests in [[large], [.bare(), large]] {
            let error = await #expect(throws: PostgresError.self) { try await pool.enqueue(requests) }
            #expect(error?.message.hasPrefix("job \(requests.count) has arguments of 212 bytes, and 100 are") == true)
        }
        try await pool.enqueue(.bare(#"{"word": "short"}"#))
    }
}
