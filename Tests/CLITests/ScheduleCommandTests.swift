import Foundation
import Millrace
import Postgres
import TestSupport
import Testing

@Suite("Schedules, pipelines and runs from the command line", .database)
struct ScheduleCommandTests {
    /// A pipeline of two steps with an approval between them, and a schedule each hour.
    private func prepare(namespace: String = "default") async throws {
        let pool = try TestDatabase.current.pool
        try await pool.execute(
            """
            INSERT INTO millrace.pipeline (name, definition) VALUES ('report', '{
                "parameters": {"word": {"default": "plain"}, "size": {"default": 1}},
                "steps": [{"name": "write", "plugin": "acting", "args": {"word": "${parameters.word}"}, "needs": []},
                    {"name": "check", "approval": "look at it", "needs": [{"step": "write", "on_failure": "stop"}]},
                    {"name": "send", "plugin": "acting", "args": {"word": "send"},
                        "needs": [{"step": "check", "on_failure": "stop"}]}]}')
            """)
        try await pool.execute(
            """
            INSERT INTO millrace.schedule (name, namespace, pipeline, cadence, next_slot, parameters)
            VALUES ('hourly', $1, 'report', '{"cron": "0 * * * *", "timezone": "Europe/Berlin", "gap": "shift", "fold": "first"}',
                '2090-01-01T00:00:00Z', '{"word": "hour"}')
            """, namespace)
        let worker = TestWorker(on: try TestDatabase.current, registry: try Acting.registry(), coordinates: false)
        try await eventually("the plugin is known") { try await !pool.publishedPlugins().rows.isEmpty }
        try await worker.stop()
    }

    @Test("next shows the slots of a schedule, and pause and resume are told")
    func next() async throws {
        try await prepare()
        let command = try await millrace(
            "schedule", "next", "hourly", "--from", "2026-03-29T00:30:00Z", "--count", "2", "--format", "json")
        #expect(try json(command, as: [String].self) == ["2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"])
        #expect(try await millrace("schedule", "pause", "hourly").status == 0)
        #expect(try await millrace("schedule", "next", "hourly").errors.contains("paused by"))
        #expect(try await TestDatabase.current.pool.schedules().value("paused_at") != nil)
        #expect(try await millrace("schedule", "resume", "hourly").output.contains("fires again, next at "))
        for verb in ["pause", "resume", "next", "run", "history"] {
            let missing = try await millrace("schedule", verb, "howrly")
            #expect(missing.status == 1, "\(verb)")
            #expect(missing.errors.contains("no schedule howrly"), "\(verb): \(missing.errors)")
        }
        #expect(try await millrace("schedule", "next").status == 2)
        #expect(try await millrace("schedule", "next", "hourly", "--timezone", "UTC").status == 2)
    }

    @Test("a backfill is counted first, runs each slot once, and is refused when it is too large")
    func backfill() async throws {
        try await prepare()
        let database = try TestDatabase.current
        let stretch = [
            "schedule", "backfill", "hourly", "--from", "2026-03-01T00:00:00Z", "--to", "2026-03-01T04:00:00Z",
        ]
        let dry = try await database.millrace(stretch + ["--dry-run"])
        #expect(dry.status == 0)
        #expect(dry.output.contains("5 slots"))
        #expect(dry.output.contains("2026-03-01T03:00:00+00:00"))
        let asked = try await database.millrace(stretch)
        #expect(asked.status == 2)
        #expect(asked.errors.contains("start 5 runs of schedule hourly, 1 at once"))
        #expect(try await database.pool.runs().rows.isEmpty)
        let done = try await database.millrace(stretch + ["--parallel", "2", "--yes"])
        #expect(done.status == 0, "\(done.errors)")
        #expect(done.output.contains("started 5 runs"))
        let again = try await database.millrace(stretch + ["--yes"])
        #expect(again.output.contains("nothing to do"))
        #expect(again.output.contains("5 have fired"))
        let large = try await millrace(
            "schedule", "backfill", "hourly", "--from", "2026-01-01T00:00:00Z", "--to", "2028-01-01T00:00:00Z", "--yes")
        #expect(large.status == 1)
        #expect(large.errors.contains("more than 10000 slots"))
        struct Slot: Decodable { let slot: String, outcome: String, run: Int64?, state: String? }
        let history: [Slot] = try json(try await millrace("schedule", "history", "hourly", "--format", "json"))
        #expect(history.map(\.outcome) == Array(repeating: "fired", count: 5))
        #expect(history.first?.slot == "2026-03-01T04:00:00+00:00")
        #expect(try await database.pool.runs().rows.count == 5)
    }

    @Test("a coordinator fires the schedules of its namespaces only")
    func namespaces() async throws {
        try await prepare(namespace: "shop")
        let database = try TestDatabase.current
        try await database.pool.execute(
            "UPDATE millrace.schedule SET next_slot = date_trunc('hour', clock_timestamp())")
        var coordinators: [Process] = []
        defer { for process in coordinators where process.isRunning { process.terminate() } }
        func start(_ arguments: String...) throws {
            let process = Process()
            process.executableURL = Command.binary
            process.arguments = ["coordinator"] + arguments
            process.environment = Command.environment(adding: ["DATABASE_URL": try database.url])
            process.standardInput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            coordinators.append(process)
        }
        try start()
        var due = try Acting.request()
        due.delay = .milliseconds(1)
        let sign = try await database.pool.enqueue(due)
        try await eventually("the first one does its duties") {
            try await database.pool.standing(of: sign)?.state == .ready
        }
        #expect(try await database.pool.runs().rows.isEmpty)
        try start("--namespace", "other", "--namespace", "shop")
        try await eventually("the second one fires") { try await database.pool.runs().rows.count == 1 }
    }

    @Test("a run takes parameters, waits for an approval, and is done again from a step")
    func pipeline() async throws {
        try await prepare()
        let database = try TestDatabase.current
        let started = try await millrace("run", "report", "--parameter", "word=a b", "--parameter", #"size={"x": 1}"#)
        #expect(started.status == 0, "\(started.errors)")
        let run = try #require(try await database.pool.latestRun(of: "report"))
        struct Parameters: Decodable { let word: String, size: [String: Int] }
        struct Line: Decodable { let run: Int64, state: String, parameters: Parameters, rerun_of: Int64? }
        let lines: [Line] = try json(try await millrace("pipeline", "runs", "report", "--format", "json"))
        #expect(lines.first?.parameters.word == "a b")
        #expect(lines.first?.parameters.size == ["x": 1])

        let worker = TestWorker(on: database, registry: try Acting.registry())
        try await eventually("it waits") {
            try await database.pool.steps(ofRun: run).value("awaits", row: 1) == "approval"
        }
        let early = try await millrace("pipeline", "approve", "\(run)", "send")
        #expect(early.status == 1)
        #expect(early.errors.contains("These wait for one: check"))
        #expect(
            try await millrace("pipeline", "approve", "\(run)", "check", "--refuse", "--comment", "dull").status == 0)
        try await eventually("it has failed") { try await database.pool.standing(ofRun: run)?.state == "failed" }
        #expect(try await millrace("pipeline", "show", "\(run)").output.contains("dull"))
        #expect(try await millrace("pipeline", "rerun", "\(run)", "--from", "write", "--failed").status == 2)
        let unknown = try await millrace("pipeline", "rerun", "\(run)", "--from", "wirte")
        #expect(unknown.errors.contains("It has: write, check, send"))
        let again = try await millrace("pipeline", "rerun", "\(run)", "--failed", "--parameter", "word=again")
        #expect(again.status == 0, "\(again.errors)")
        let second = try #require(try await database.pool.latestRun(of: "report"))
        #expect(second != run)
        try await eventually("it waits again") {
            try await database.pool.steps(ofRun: second).value("awaits", row: 1) == "approval"
        }
        #expect(try await millrace("pipeline", "approve", "\(second)", "check").status == 0)
        try await eventually("it ends well") { try await database.pool.standing(ofRun: second)?.state == "succeeded" }
        try await worker.stop()
        let wrong = try await millrace("run", "report", "--parameter", "wrod=x")
        #expect(wrong.status == 1)
        #expect(wrong.errors.contains("has no parameter wrod"))
        for arguments in [
            ["--parameter", "word"], ["--parameter", "word=1", "--parameter", "word=2"], ["--unique", "all"],
            ["--args", "{}"],
        ] {
            #expect(try await database.millrace(["run", "report"] + arguments).status == 2, "\(arguments)")
        }
    }

    @Test("a job of a plugin takes its options, and a second one with the same unique key is not enqueued")
    func plugin() async throws {
        try await prepare()
        let database = try TestDatabase.current
        let options = [
            "run", "acting", "--unique", "day", "--delay", "10m", "--deadline", "2h", "--priority", "-3", "--tag", "a",
            "--tag", "b", "--queue", "mail", "--args",
        ]
        let first = try await database.millrace(options + [#"{"word": "x", "day": "monday"}"#])
        #expect(first.status == 0, "\(first.errors)")
        let job = try #require(try await database.pool.jobs().value("id").flatMap { JobID($0) })
        let detail = try await database.pool.jobDetail(job)
        #expect(detail.value("state") == "scheduled")
        #expect(detail.value("priority") == "-3")
        #expect(detail.value("tags") == "a, b")
        #expect(detail.value("queue") == "mail")
        #expect(detail.value("deadline") != nil)
        let second = try await database.millrace(options + [#"{"word": "y", "day": "monday"}"#])
        #expect(second.status == 0)
        #expect(second.output.contains("nothing was enqueued: job \(job) has the same unique key"))
        #expect(
            try await database.millrace(options + [#"{"word": "y", "day": "tuesday"}"#]).output.contains("is enqueued"))
        #expect(try await database.pool.jobs().rows.count == 2)
        #expect(try await millrace("run", "acting", "--parameter", "word=x").status == 2)
    }

    @Test("arguments come from a file when they are too large for a shell, and more than is allowed is refused")
    func argumentsFile() async throws {
        try await prepare()
        let database = try TestDatabase.current
        let file = URL.temporaryDirectory.appending(path: "arguments-\(UUID().uuidString).json")
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: file) } }
        func write(_ length: Int) throws {
            try Data(#"{"word": "\#(String(repeating: "x", count: length))"}"#.utf8).write(to: file)
        }
        try write(200_000)
        let large = try await millrace("run", "acting", "--args-file", file.path)
        #expect(large.status == 0, "\(large.errors)")
        let bytes: Int = try await database.pool.query("SELECT max(length(args ->> 'word')) FROM millrace.job")[0][0]
        #expect(bytes == 200_000)

        try write(1_100_000)
        let tooLarge = try await millrace("run", "acting", "--args-file", file.path)
        #expect(tooLarge.status == 1)
        #expect(tooLarge.errors.contains("job 1 has arguments of 1100012 bytes, and 1048576 are allowed  →"))
        #expect(tooLarge.errors.contains("max_args_bytes"))

        let nowhere = try await millrace("run", "acting", "--args-file", "/nowhere.json")
        #expect(nowhere.status == 1)
        #expect(nowhere.errors.contains("--args-file /nowhere.json: it cannot be read"))
        #expect(try await millrace("run", "acting", "--args-file", file.path, "--args", "{}").status == 2)
        #expect(try await database.pool.query("SELECT FROM millrace.job").count == 1)
    }

    @Test("schedule run starts a run with the schedule's parameters")
    func runNow() async throws {
        try await prepare()
        let command = try await millrace("schedule", "run", "hourly")
        #expect(command.status == 0, "\(command.errors)")
        let runs = try await TestDatabase.current.pool.runs()
        #expect(runs.rows.count == 1)
        #expect(runs.value("parameters")?.contains(#""word": "hour""#) == true)
    }
}
