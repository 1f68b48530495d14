import ArgumentParser
import Postgres

struct Enqueue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Enqueue jobs, many with a call.")

    @Option(help: "How many.") var jobs = 100_000
    @Option(help: "How many with a call.") var batch = 2000
    @Option(help: "Different values of the argument `tenant`.") var tenants = 1
    @Option(help: "Priority; lower runs first.") var priority = 0
    @Option(help: "Due this many seconds from now.") var delaySeconds: Int?
    @Option(help: "Spread over this many queues.") var queues = 1
    @Flag(help: "Start at once and end when done.") var atOnce = false

    func run() async throws {
        var sender = try Sender(connections: 1)
        sender.tenants = tenants
        sender.priority = priority
        sender.delay = delaySeconds.map { .seconds($0) }
        sender.queues = queues
        try await sender.open()
        var orders = Orders()
        if !atOnce { await orders.waitForGo() }

        let start = ContinuousClock.now
        var sent = 0
        // While one call is on its way, the next one waits for the connection with all that it will send, and the jobs of the one
        // after it are made.
        var calls: [Task<Void, any Error>] = []
        while sent < jobs {
            let requests = try sender.requests(from: sent, count: min(batch, jobs - sent))
            if calls.count == 2 { try await calls.removeFirst().value }
            calls.append(Task { [sender] in try await sender.send(requests) })
            sent += requests.count
        }
        for call in calls { try await call.value }
        let seconds = start.duration(to: .now) / .seconds(1)
        try say(Rate(what: "enqueue", jobs: sent, seconds: seconds))
        if !atOnce { await orders.waitForStop() }
        await sender.close()
    }
}
