import Foundation
import Millrace
import TestSupport
import Testing

@Suite("The command line without a database")
struct CommandTests {
    @Test("help and version end with 0, wrong usage with 2")
    func usage() async throws {
        #expect(try await Command.run("--help").status == 0)
        #expect(try await Command.run("--version").output.trimmingCharacters(in: .newlines) == "0.1.0")
        let unknown = try await Command.run("job", "list", "--stat", "failed")
        #expect(unknown.status == 2)
        #expect(unknown.errors.contains("--state"))
        #expect(try await Command.run("job", "show", "abc").status == 2)
    }

    @Test("a database that is down is told with its address and ends with 3")
    func databaseDown() async throws {
        let command = try await Command.run(
            "job", "list", environment: ["DATABASE_URL": "postgres://someone:s3cret@127.0.0.1:1/shop"])
        #expect(command.status == 3)
        #expect(command.errors.contains("127.0.0.1:1"))
        #expect(command.errors.contains("→"))
        #expect(!command.errors.contains("s3cret"))
    }

    @Test("a variable with a value that means nothing is wrong usage, told before anything is connected to")
    func badVariable() async throws {
        let command = try await Command.run(
            "job", "list",
            environment: ["DATABASE_URL": "postgres://127.0.0.1:1/shop", "MILLRACE_PREPARED_STATEMENTS": "false"])
        #expect(command.status == 2)
        #expect(command.errors.contains("MILLRACE_PREPARED_STATEMENTS is \"false\"  →  set it to off"))
    }

    @Test("a folder that cannot be made for the private server is told by its name, with the way out")
    func badFolder() async throws {
        let command = try await Command.run("dev", "--folder", "/proc/nowhere")
        #expect(command.status == 1)
        #expect(command.errors.hasPrefix("millrace: the folder /proc/nowhere cannot be made: "))
        #expect(command.errors.contains("→  choose another --folder"))
        #expect(command.errors.split(separator: "\n").count == 1)
    }

    @Test("schedule next needs no database and prints RFC 3339 instants")
    func scheduleNext() async throws {
        let command = try await Command.run(
            "schedule", "next", "--cron", "30 2 * * *", "--timezone", "Europe/Berlin", "--from", "2026-03-28T00:00:00Z",
            "--count", "3", "--format", "json")
        #expect(command.status == 0)
        #expect(
            try JSONDecoder().decode([String].self, from: Data(command.output.utf8))
                == ["2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"])
    }

    @Test(
        "a misspelt zone and a cron that never fires are told with the way out",
        arguments: [
            (["--cron", "0 3 * * *", "--timezone", "Asia/Shangai"], "Asia/Shanghai"),
            (
                ["--cron", "0 0 31 2 *", "--timezone", "UTC"],
                "it never fires: February never has such a day → change the days or the months"
            ),
            (["--cron", "61 * * * *", "--timezone", "UTC"], "minute"),
        ])
    func badSchedule(_ arguments: [String], _ hint: String) async throws {
        let command = try await Command.run("schedule", "next", arguments[0], arguments[1], arguments[2], arguments[3])
        #expect(command.status != 0)
        #expect(command.errors.contains(hint))
    }
}

@Suite("The command line on a database", .database)
struct DatabaseCommandTests {
    private func run(_ arguments: String...) async throws -> Command {
        try await TestDatabase.current.millrace(arguments)
    }

    @Test("migrate is idempotent, and other commands refuse a database that is not migrated", .emptyDatabase)
    func migrate() async throws {
        let early = try await run("job", "list")
        #expect(early.status == 1)
        #expect(early.errors.contains("run: millrace migrate"))
        let first = try await run("migrate")
        #expect(first.status == 0)
        #expect(first.output.contains("applied millrace/m0001_roles"))
        let second = try await run("migrate")
        #expect(second.status == 0)
        #expect(second.output.contains("nothing to do"))
    }

    @Test("listings come as tables, JSON and CSV")
    func formats() async throws {
        let database = try TestDatabase.current
        let ids = try await database.pool.enqueue((0..<12).map { _ in JobRequest(plugin: "greet") })
        let json = try await run("job", "list", "--format", "json")
        #expect(json.status == 0)
        struct Line: Decodable { let id: Int64, plugin: String, state: String }
        let lines = try JSONDecoder().decode([Line].self, from: Data(json.output.utf8))
        #expect(lines.map(\.id) == ids.reversed().map(\.rawValue))
        #expect(lines.allSatisfy { $0.plugin == "greet" && $0.state == "ready" })
        let csv = try await run("job", "list", "--format", "csv")
        #expect(csv.output.hasPrefix("id,plugin,queue,state,attempt"))
        #expect(try await run("job", "list").output.contains("greet"))
    }

    @Test("a job that is not there, and a plugin that nobody knows, are told with the way out")
    func unknown() async throws {
        let job = try await run("job", "show", "999999")
        #expect(job.status == 1)
        #expect(job.errors.contains("no job 999999"))
        let plugin = try await run("run", "no-such-plugin")
        #expect(plugin.status == 1)
        #expect(plugin.errors.contains("no-such-plugin"))
    }

    @Test("a definition that is wrong is told with file and line, and nothing is applied")
    func badDefinition() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("bad-\(UUID()).yaml")
        try Data("pipeline: p\nsteps:\n  a: { plugin: profile-rebuild, nedes: [b] }\n".utf8).write(to: file)
        defer { unlink(file.path) }
        let command = try await run("apply", file.path, "--yes")
        #expect(command.status == 1)
        #expect(command.errors.contains("\(file.path):3:"))
        #expect(command.errors.contains("needs"))
        #expect(try await run("pipeline", "list").output.contains("no pipeline is applied"))
    }

    @Test("cancel and retry say what they did")
    func control() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(JobRequest(plugin: "greet"))
        #expect(try await run("job", "cancel", "\(id)").output.contains("is cancelled"))
        #expect(try await run("job", "retry", "\(id)").output.contains("is ready again"))
        #expect(try await run("job", "why", "\(id)").output.contains("no live worker"))
    }
}
