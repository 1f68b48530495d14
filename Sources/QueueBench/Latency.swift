import ArgumentParser

struct Latency: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run jobs until told to stop, and say how long the stamped ones took from their sender to here.")

    @OptionGroup var worker: WorkerArguments

    func run() async throws {
        let tally = Tally(keepsTimes: true)
        let crew = try Crew(worker, tally: tally)
        var orders = Orders()
        await orders.waitForGo()
        try await crew.work(reporting: tally) { await orders.waitForStop() }
        try say(tally.times())
    }
}
