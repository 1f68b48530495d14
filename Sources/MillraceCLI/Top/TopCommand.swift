import ArgumentParser
import Foundation
import Millrace
import Postgres

struct Top: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch what goes on: jobs, queues, workers, failures and runs, on a live screen.",
        discussion: """
            Keys: arrows or j and k select, tab goes to the next pane, p pauses or resumes the selected queue, c cancels the \
            selected job (both ask first), ? helps, q or Ctrl-C leaves. Where standard output is no terminal, one plain \
            snapshot is printed.
            """)

    @Option(help: "Seconds between two looks; a slow database is looked at less often.") var refresh = 1.0

    func validate() throws {
        guard refresh >= 0.2, refresh.isFinite else {
            throw ValidationError("--refresh takes a number of seconds from 0.2 on")
        }
    }

    func run() async throws {
        // Whatever is wrong with the database is told before the screen is taken over.
        let first = try await Database.withConnection(for: "top") { try await $0.activity() }
        guard Terminal.isInteractive, isatty(STDIN_FILENO) == 1 else {
            for line in TopScreen.plain(first, width: Terminal.width) { print(line) }
            return
        }
        let pool = Pool(
            try Database.configuration(for: "top"), maximumConnections: 2, acquireTimeout: .seconds(5),
            logger: Log.quiet)
        do {
            try await TopLoop(pool: pool, first: first, refresh: .seconds(refresh)).run()
            await pool.close(grace: .zero)
        } catch {
            await pool.close(grace: .zero)
            throw error
        }
    }
}
