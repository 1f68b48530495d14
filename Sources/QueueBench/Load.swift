import ArgumentParser
import Millrace
import Postgres
import Synchronization

struct Load: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Enqueue stamped jobs steadily: at a rate, or as fast as `allow N` lets it.",
        discussion: """
            Prints "sent N" some hundred times a second at most. With a rate, calls are due at even distances; a call of \
            many that comes late takes all jobs that are due by then, so that the rate holds. Without one, jobs are sent until N of the last \
            line "allow N" is reached. It ends after --jobs, if given, or at "stop".
            """)

    @Option(help: "Jobs per second; without it, what is allowed.") var rate: Double?
    @Option(help: "How many with a call; 1 uses the call for one.") var batch = 1
    @Option(help: "How many in all; without it, until told to stop.") var jobs: Int?
    @Option(help: "The first ones, which carry no stamp.") var warmUp = 0
    @Option(help: "Priority; lower runs first.") var priority = 0
    @Option(help: "Spread over this many queues.") var queues = 1

    /// Jobs with a call, however many are due.
    private static let most = 5000

    private final class Course: Sendable {
        let allowed = Atomic<Int>(0)
        let isStopped = Atomic<Bool>(false)
    }

    func run() async throws {
        let sender = try {
            var sender = try Sender()
            sender.priority = priority
            sender.queues = queues
            return sender
        }()
        try await sender.open()
        var orders = Orders()
        await orders.waitForGo()

        let course = Course()
        async let sent: Void = withTaskExecutorPreference(ConnectionThread.executor) {
            try await send(by: sender, course: course)
        }
        while let line = await orders.next(), line != "stop" {
            if line.hasPrefix("allow "), let number = Int(line.dropFirst(6)) {
                course.allowed.store(number, ordering: .relaxed)
            }
        }
        course.isStopped.store(true, ordering: .relaxed)
        _ = try await sent
        await sender.close()
    }

    /// Sends until the end; says the result.
    private func send(by sender: Sender, course: Course) async throws {
        let start = ContinuousClock.now
        var sent = 0
        var latest = Duration.zero
        var said = start
        let doorbell = Doorbell(over: sender.pool, logger: QueueBench.quiet)
        let ringing = Task(executorPreference: ConnectionThread.executor) { await doorbell.run() }
        while !course.isStopped.load(ordering: .relaxed), sent < jobs ?? .max {
            var count = min(batch, (jobs ?? .max) - sent)
            if let rate {
                let due = start + .seconds(Double(sent) / rate)
                if .now < due {
                    try await Task.sleep(until: due, tolerance: .zero)
                } else {
                    latest = max(latest, due.duration(to: .now))
                    if batch > 1 {
                        let behind = Int(start.duration(to: .now) / .seconds(1) * rate) - sent
                        count = min(max(batch, min(behind, Self.most)), (jobs ?? .max) - sent)
                    }
                }
            } else if sent + count > course.allowed.load(ordering: .relaxed) {
                try await Task.sleep(for: .milliseconds(2))
                continue
            }
            let stamp = sent < warmUp ? 0 : monotonicNanoseconds()
            if batch == 1 {
                try await sender.sendOne(sent, sent: stamp, doorbell: doorbell)
            } else {
                _ = try await doorbell.enqueue(try sender.requests(from: sent, count: count, sent: stamp))
            }
            sent += count
            if said.duration(to: .now) >= .milliseconds(10) {
                say("sent \(sent)")
                said = .now
            }
        }
        ringing.cancel()
        await ringing.value
        say("sent \(sent)")
        let seconds = start.duration(to: .now) / .seconds(1)
        try say(Sent(jobs: sent, seconds: seconds, latestMs: latest / .milliseconds(1)))
    }

    private struct Sent: Encodable {
        let what = "load"
        let jobs: Int
        let seconds: Double
        /// How late the latest call of a load with a rate was.
        let latestMs: Double
    }
}
