import Foundation
import Millrace
import Postgres
import TestSupport
import Testing

@Suite("What is done to one job and to many", .database)
struct JobControlTests {
    @Test("many jobs are counted by state and plugin, and nothing happens without --yes where nobody can be asked")
    func asks() async throws {
        let database = try TestDatabase.current
        _ = try await database.pool.enqueue(
            (0..<3).map { _ in JobRequest(plugin: "mail") } + [JobRequest(plugin: "other")])
        let command = try await millrace("job", "cancel", "--plugin", "mail")
        #expect(command.status == 2)
        #expect(command.errors.contains("cancel 3 jobs"))
        #expect(command.errors.contains("--yes"))
        #expect(command.output.contains("ready  mail       3"))
        #expect(!command.output.contains("other"))
        #expect(try await database.pool.jobs(JobFilter(state: .ready)).rows.count == 4)
    }

    @Test("with --yes every job that matches is cancelled, over several batches, and no other")
    func cancelsAll() async throws {
        let database = try TestDatabase.current
        let other = try await database.pool.enqueue(JobRequest(plugin: "other"))
        _ = try await database.pool.enqueue((0..<250).map { _ in JobRequest(plugin: "mail") })
        let command = try await millrace("job", "cancel", "--plugin", "mail", "--yes")
        #expect(command.status == 0, "\(command.errors)")
        #expect(command.output.contains("250 cancelled"))
        #expect(try await database.pool.jobs(JobFilter(state: .cancelled, limit: nil)).rows.count == 250)
        #expect(try await database.pool.standing(of: other)?.state == .ready)
        let again = try await millrace("job", "cancel", "--plugin", "mail", "--yes")
        #expect(again.status == 1)
        #expect(again.errors.contains("no job matches"))
    }

    @Test("no ids and no filter, ids with filters, and a state in which it makes no sense are refused")
    func refused() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(JobRequest(plugin: "mail"))
        let commands = [
            ["cancel", "--yes"], ["discard", "--yes"], ["retry", "--yes"], ["reschedule", "--in", "5m", "--yes"],
            ["priority", "5", "--yes"], ["cancel", "\(id)", "--plugin", "mail"],
            ["cancel", "--state", "failed", "--yes"],
            ["reschedule", "\(id)"], ["reschedule", "\(id)", "--in", "5m", "--at", "2030-01-01T00:00:00Z"],
        ]
        for arguments in commands {
            let command = try await database.millrace(["job"] + arguments)
            #expect(command.status == 2, "\(arguments): \(command.output)\(command.errors)")
        }
        #expect(try await database.pool.standing(of: id)?.state == .ready)
    }

    @Test("retry means failed and quarantined jobs; one that is refused leaves the others alone and is told")
    func retries() async throws {
        let database = try TestDatabase.current
        var unique = JobRequest(plugin: "mail")
        unique.unique = Unique()
        let ids = [
            try await database.pool.enqueue(JobRequest(plugin: "mail")), try await database.pool.enqueue(unique),
            try await database.pool.enqueue(JobRequest(plugin: "mail")),
        ]
        for id in ids[..<2] { _ = try await database.pool.discard(id) }
        _ = try await database.pool.cancel(ids[2])
        // The key of the second is taken by now.
        let holder = try await database.pool.enqueue(unique)
        let command = try await millrace("job", "retry", "--plugin", "mail", "--yes")
        #expect(command.status == 1)
        #expect(command.output.contains("1 ready again, 1 refused"))
        #expect(command.errors.contains("job \(holder) has the unique key"))
        #expect(command.errors.contains("→"))
        #expect(try await database.pool.standing(of: ids[0])?.state == .ready)
        #expect(try await database.pool.standing(of: ids[1])?.state == .failed)
        #expect(try await database.pool.standing(of: ids[2])?.state == .cancelled)
    }

    @Test("discard, reschedule and priority do what they say, by id and by filter")
    func others() async throws {
        let database = try TestDatabase.current
        let ids = try await database.pool.enqueue((0..<3).map { _ in JobRequest(plugin: "mail") })
        let put = try await millrace("job", "reschedule", "\(ids[0])", "--in", "10m")
        #expect(put.output == "job \(ids[0]) starts in 10m\n")
        let at = try await millrace("job", "reschedule", "\(ids[1])", "--at", "2090-01-01T00:00:00Z")
        #expect(at.output.contains("starts at 2090-01-01T00:00:00+00:00"))
        #expect(try await database.pool.jobDetail(ids[1]).value("due_at")?.hasPrefix("2090-01-01") == true)
        let snoozed = try await millrace("job", "snooze", "--plugin", "mail", "--in", "1h", "--yes")
        #expect(snoozed.output.contains("3 put to start in 1h"))
        for id in ids { #expect(try await database.pool.standing(of: id)?.state == .scheduled) }
        #expect(try await millrace("job", "priority", "--plugin", "mail", "--yes", "--", "-7").status == 0)
        for id in ids { #expect(try await database.pool.jobDetail(id).value("priority") == "-7") }
        #expect(try await millrace("job", "priority", "3", "\(ids[2])").output == "job \(ids[2]) has priority 3\n")
        #expect(try await millrace("job", "discard", "\(ids[2])").output == "job \(ids[2]) is given up\n")
        #expect(try await database.pool.standing(of: ids[2])?.state == .failed)
        let mixed = try await millrace("job", "cancel", "999999", "\(ids[0])")
        #expect(mixed.status == 1)
        #expect(mixed.errors.contains("no job 999999"))
        #expect(try await database.pool.standing(of: ids[0])?.state == .cancelled)
    }

    @Test("a y at a terminal is enough, anything else changes nothing")
    func asksAtTerminal() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(JobRequest(plugin: "mail"))
        for (answer, state) in [("n", JobState.ready), ("y", .cancelled)] {
            let terminal = try PseudoTerminal(width: 100, height: 30)
            let process = try terminal.run(["job", "cancel", "--plugin", "mail"], on: database)
            try await eventually("it asks") { terminal.output.contains("cancel 1 job? [y/N]") }
            terminal.type(answer + "\n")
            try await eventually("it ends") { !process.isRunning }
            #expect(process.terminationStatus == (answer == "y" ? 0 : 1))
            #expect(try await database.pool.standing(of: id)?.state == state)
        }
    }
}
