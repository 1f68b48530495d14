import Foundation
import Millrace
import MillraceTesting
import Postgres
import TestSupport
import Testing

struct Segment: Plugin {
    struct Arguments: Codable, Sendable { var campaign: String }
    struct Found: Codable, Sendable { var customers: [Int] }

    static let name = "segment"

    func run(_ job: JobContext<Arguments>) async throws {
        try await job.complete(result: Found(customers: job.arguments.campaign == "nobody" ? [] : [7, 8, 9]))
    }
}

struct Write: Plugin {
    struct Arguments: Codable, Sendable { var customer: Int }

    static let name = "write"

    func run(_ job: JobContext<Arguments>) async throws {
        try await job.complete(result: "for \(job.arguments.customer)")
    }
}

// region: output
/// Sends what the step `write` wrote.
struct Send: Plugin {
    struct Arguments: Codable, Sendable {}

    static let name = "send"

    func run(_ job: JobContext<Arguments>) async throws {
        let texts = try await job.output(ofStep: "write", as: [String].self) ?? []
        try await job.complete(result: texts.count)
    }
}
// endregion: output

@Suite("Guide: pipelines", .database)
struct PipelinesGuide {
    /// What the article's YAML says, in the form that the database keeps.
    private let mailing = JSONText(
        """
        {"parameters": {"campaign": {"default": "weekly-picks"}}, "steps": [
            {"name": "segment", "plugin": "segment", "args": {"campaign": "${parameters.campaign}"}, "needs": []},
            {"name": "write", "plugin": "write", "args": {"customer": "${item}"},
                "needs": [{"step": "segment", "on_failure": "stop"}],
                "when": [{"step": "segment", "is": "$.customers.size() > 0"}],
                "for_each": {"step": "segment", "items": "$.customers[*]"}},
            {"name": "release", "approval": "Send to everybody?", "needs": [{"step": "write", "on_failure": "stop"}]},
            {"name": "send", "plugin": "send", "args": {}, "needs": [{"step": "release", "on_failure": "stop"}]}]}
        """)
    private let weekly = JSONText(
        """
        {"steps": [{"name": "mailing", "pipeline": "mailing", "parameters": {"campaign": "spring"}, "needs": []}]}
        """)

    private func withJobs(_ body: (JobTester) async throws -> Void) async throws {
        var registry = PluginRegistry()
        try registry.register(Segment())
        try registry.register(Write())
        try registry.register(Send())
        try await JobTester.with(TestDatabase.current.configuration, registry: registry) { jobs in
            let statement: Statement = "INSERT INTO millrace.pipeline (name, definition) VALUES ($1, $2)"
            try await jobs.pool.execute(statement, "mailing", mailing)
            try await jobs.pool.execute(statement, "weekly", weekly)
            try await body(jobs)
        }
    }

    private func result(ofStep step: String, run: Int64, _ jobs: JobTester) async throws -> JSONText? {
        try await jobs.pool.query("SELECT millrace.step_output($1, $2)", run, step)[0][0]
    }

    @Test("definitions are read from a folder and applied together")
    func apply() async throws {
        try await withJobs { jobs in
            let pool = jobs.pool
            let folder = FileManager.default.temporaryDirectory.appending(path: "guide-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data("pipeline: small\nsteps:\n  only: { plugin: send }\n".utf8).write(
                to: folder.appending(path: "a.yaml"))
            let directory = folder.path()
            // region: apply
            let files = try DefinitionFile.load(directory: directory)
            for change in try await pool.changes(of: files.map(\.definition)) where change.isChange {
                print(change.lines.joined(separator: "\n"))
            }
            try await pool.transaction { transaction in
                try await transaction.apply(files.map(\.definition), sources: files.map(\.path))
            }
            // endregion: apply
            #expect(try await pool.pipelines().rows.contains { $0[0] == "small" })
            try FileManager.default.removeItem(at: folder)
        }
    }

    @Test("a run fans out over an output, waits for a yes, and goes on")
    func approved() async throws {
        try await withJobs { jobs in
            let pool = jobs.pool
            // region: start
            let run = try await pool.startRun(of: "mailing", parameters: JSONText(#"{"campaign": "spring"}"#))
            // endregion: start
            try await jobs.drain()
            #expect(try await jobs.jobs(of: "write").count >= 3)
            #expect(try await pool.standing(ofRun: run)?.state == "running")
            // region: approve
            try await pool.approve(run: run, step: "release", by: "ada", comment: "checked three of them")
            // endregion: approve
            try await jobs.drain()
            // region: look
            let standing = try await pool.standing(ofRun: run)
            let steps = try await pool.steps(ofRun: run)
            // endregion: look
            #expect(standing?.state == "succeeded")
            #expect(steps.rows.count == 4)
            #expect(try await result(ofStep: "send", run: run, jobs)?.decode(Int.self) == 3)
        }
    }

    @Test("a condition that does not hold skips its step")
    func condition() async throws {
        try await withJobs { jobs in
            let run = try await jobs.pool.startRun(of: "mailing", parameters: JSONText(#"{"campaign": "nobody"}"#))
            try await jobs.drain()
            let state: String = try await jobs.pool.query(
                "SELECT state FROM millrace.v_step WHERE run_id = $1 AND step = 'write'", run)[0][0]
            #expect(state == "skipped")
        }
    }

    @Test("a refused run can be run again from a step, with the outputs of those before it")
    func rerun() async throws {
        try await withJobs { jobs in
            let pool = jobs.pool
            let run = try await pool.startRun(of: "mailing")
            try await jobs.drain()
            try await pool.approve(
                run: run, step: "release", approved: false, by: "ada", comment: "the texts are wrong")
            try await jobs.drain()
            #expect(try await pool.standing(ofRun: run)?.state == "failed")
            let segments = try await jobs.jobs(of: "segment").count
            // region: rerun
            let again = try await pool.rerun(run, from: ["write"])
            // endregion: rerun
            try await jobs.drain()
            try await pool.approve(run: again, step: "release")
            try await jobs.drain()
            #expect(try await pool.standing(ofRun: again)?.state == "succeeded")
            #expect(try await result(ofStep: "send", run: again, jobs)?.decode(Int.self) == 3)
            #expect(try await jobs.jobs(of: "segment").filter { $0.state == .succeeded }.count >= segments)
        }
    }

    @Test("a nested pipeline is a run of its own, and the step ends with it")
    func nested() async throws {
        try await withJobs { jobs in
            let run = try await jobs.pool.startRun(of: "weekly")
            try await jobs.drain()
            let inner = try #require(try await jobs.pool.latestRun(of: "mailing"))
            try await jobs.pool.approve(run: inner, step: "release")
            try await jobs.drain()
            #expect(try await jobs.pool.standing(ofRun: run)?.state == "succeeded")
        }
    }

    @Test("a run is started, approved and run again in SQL")
    func sql() async throws {
        try await withJobs { jobs in
            let run: Int64 = try await jobs.pool.query(
                """
                -- region: sql-start
                SELECT millrace.run_pipeline('mailing', parameters => '{"campaign": "spring"}');
                -- endregion: sql-start
                """)[0][0]
            try await jobs.drain()
            #expect(run == 1)
            try await jobs.pool.execute(
                """
                -- region: sql-approve
                SELECT millrace.approve(1, 'release', approved_by => 'ada', comment => 'checked three of them');
                -- endregion: sql-approve
                """)
            try await jobs.drain()
            #expect(try await jobs.pool.standing(ofRun: run)?.state == "succeeded")
        }
    }
}
