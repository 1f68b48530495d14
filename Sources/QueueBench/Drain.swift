import ArgumentParser
import Millrace
import Postgres

struct Drain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run jobs until told to stop.")

    @OptionGroup var worker: WorkerArguments
    @Flag(help: "Start at once and end when no job is ready or running.") var untilEmpty = false

    func run() async throws {
        let tally = Tally()
        let crew = try Crew(worker, tally: tally)
        if untilEmpty { return try await runUntilEmpty(crew, tally) }
        var orders = Orders()
        await orders.waitForGo()
        try await crew.work(reporting: tally) { await orders.waitForStop() }
        try say(["ran": tally.count])
    }

    private func runUntilEmpty(_ crew: Crew, _ tally: Tally) async throws {
        let start = ContinuousClock.now
        var seconds = 0.0
        try await crew.work {
            let pool = Pool(try Configuration(), maximumConnections: 1, logger: QueueBench.quiet)
            while try await pool.query(
                "SELECT EXISTS (SELECT FROM millrace.ready) OR EXISTS (SELECT FROM millrace.lease)")[0][0]
                as Bool
            {
                try await Task.sleep(for: .milliseconds(20))
            }
            seconds = start.duration(to: .now) / .seconds(1)
            await pool.close()
        }
        try say(Rate(what: "drain", jobs: tally.count, seconds: seconds))
    }
}
