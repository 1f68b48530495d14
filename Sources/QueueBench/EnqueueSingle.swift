import ArgumentParser
import Millrace
import Postgres

struct EnqueueSingle: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enqueue-single", abstract: "Enqueue jobs one after the other, each in its own transaction.")

    @Option(help: "How many.") var jobs = 3000
    @Flag(inversion: .prefixedNo, help: "Wake idle workers after each.") var ring = true

    func run() async throws {
        let sender = try Sender()
        try await sender.open()
        var orders = Orders()
        await orders.waitForGo()

        let start = ContinuousClock.now
        try await withTaskExecutorPreference(ConnectionThread.executor) { try await send(by: sender) }
        let seconds = start.duration(to: .now) / .seconds(1)
        try say(Rate(what: "enqueue-single", jobs: jobs, seconds: seconds))
        await orders.waitForStop()
        await sender.close()
    }

    private func send(by sender: Sender) async throws {
        let doorbell = Doorbell(over: sender.pool, logger: QueueBench.quiet)
        let ringing = Task(executorPreference: ConnectionThread.executor) { await doorbell.run() }
        for number in 0..<jobs {
            try await sender.sendOne(number, doorbell: ring ? doorbell : nil)
        }
        ringing.cancel()
        await ringing.value
    }
}
