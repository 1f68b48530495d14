import Foundation
import Millrace
import TestSupport
import Testing

@Suite("top in a terminal", .database, .serialized)
struct TopTerminalTests {
    @Test(
        "it takes the screen over, follows a new size, and gives the terminal back however it is left",
        arguments: ["q", "\u{3}", "SIGTERM"])
    func screen(_ way: String) async throws {
        let database = try TestDatabase.current
        try await database.pool.enqueue(try Acting.request(queue: "letters"))
        let terminal = try PseudoTerminal(width: 100, height: 30)
        let before = terminal.modes
        #expect(before.echoes)
        let process = try terminal.run(["top", "--refresh", "0.2"], on: database)
        defer { if process.isRunning { process.terminate() } }
        try await eventually("the screen is there") {
            terminal.output.contains("\u{1B}[?1049h") && terminal.output.contains("letters")
                && terminal.output.contains("open pipeline runs (0)")
        }
        #expect(!terminal.modes.echoes)

        terminal.resize(width: 30, height: 10)
        terminal.clear()
        kill(process.processIdentifier, SIGWINCH)
        try await eventually("it is drawn narrower") { terminal.output.contains("q leave  ? help  tab pane  ↑↓…") }

        terminal.type("?")
        try await eventually("the help is there") { terminal.output.contains("select a row") }
        if way == "SIGTERM" {
            kill(process.processIdentifier, SIGTERM)
        } else {
            terminal.type(way == "q" ? "xq" : way)
        }
        try await eventually("it ends") { !process.isRunning }
        #expect(process.terminationStatus == 0)
        #expect(terminal.modes == before)
        try await eventually("the old screen is back") { terminal.output.hasSuffix("\u{1B}[?25h\u{1B}[?1049l") }
    }

    @Test("c and a y cancel the selected job, p and a y pause the selected queue, and an n does nothing")
    func keys() async throws {
        let database = try TestDatabase.current
        let registry = try Acting.registry { _ in try await Task.sleep(for: .seconds(600)) }
        let worker = TestWorker(on: database, registry: registry)
        let ids = try await database.pool.enqueue((0..<2).map { _ in try Acting.request() })
        for id in ids {
            try await eventually("it runs") { try await database.pool.standing(of: id)?.state == .running }
        }
        let terminal = try PseudoTerminal(width: 100, height: 30)
        let process = try terminal.run(["top", "--refresh", "0.2"], on: database)
        defer { if process.isRunning { process.terminate() } }
        try await eventually("both jobs are there") { terminal.output.contains("running jobs (2)") }

        terminal.type("cn")
        try await eventually("nothing happened") { terminal.output.contains("nothing was changed") }
        terminal.type("jc")
        try await eventually("it asks") { terminal.output.contains("cancel job \(ids[1])? y/n") }
        terminal.type("y")
        #expect(try await database.end(of: ids[1]).state == .cancelled)
        #expect(try await database.pool.standing(of: ids[0])?.state == .running)
        terminal.type("py")
        try await eventually("the queue is paused") {
            try await database.pool.backlog(ofQueue: "default")?.isPaused == true
        }
        terminal.type("q")
        try await eventually("it ends") { !process.isRunning }
        _ = try await database.pool.cancel(ids[0])
        try await worker.stop()
    }

    @Test("without a terminal it prints one plain snapshot")
    func snapshot() async throws {
        try await TestDatabase.current.pool.enqueue(try Acting.request(queue: "letters"))
        let command = try await millrace("top")
        #expect(command.status == 0)
        #expect(command.output.contains("letters"))
        #expect(command.output.contains("1 ready, 0 running"))
        #expect(!command.output.contains("\u{1B}"))
    }
}
