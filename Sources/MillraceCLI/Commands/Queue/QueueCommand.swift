import ArgumentParser
import Millrace
import Postgres

struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "List queues; pause, drain and resume them; let waiting jobs gain priority.",
        subcommands: [List.self, Pause.self, Resume.self, Drain.self, Aging.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List queues with how much stands where.")

        @OptionGroup var watch: WatchOption
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Database.withConnection(for: "queue list") { [self] connection in
                try await watch.show {
                    try await connection.queues()
                } as: {
                    output.write($0, empty: "no queue yet: the first job makes one")
                }
            }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stop claiming jobs of a queue; running ones go on.")

        @Argument(help: "The queue.") var queue: String
        @OptionGroup var novelty: QueueNovelty

        func run() async throws {
            try await Database.withConnection(for: "queue pause") { [queue, novelty] in
                try await $0.pause(queue: queue, isNew: novelty.new)
            }
            print("queue \(queue) is paused; resume it by: millrace queue resume \(queue)")
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Open a queue again that was paused or let drain.")

        @Argument(help: "The queue.") var queue: String

        func run() async throws {
            try await Database.withConnection(for: "queue resume") { [queue] connection in
                try await connection.resume(queue: queue)
                try await connection.ringDoorbell()
            }
            print("queue \(queue) runs")
        }
    }

    struct Drain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a queue take no new jobs and work off those it has.",
            discussion: """
                Enqueueing into it is refused; the children of its jobs are let in. With --wait the command shows how many \
                are left and ends when there are none.

                Example:
                  millrace queue drain mail --wait
                """)

        @Argument(help: "The queue.") var queue: String
        @OptionGroup var novelty: QueueNovelty
        @Flag(help: "Wait until the queue is empty.") var wait = false

        func run() async throws {
            try await Database.withConnection(for: "queue drain") { [queue, novelty, wait] connection in
                try await connection.drain(queue: queue, isNew: novelty.new)
                print("queue \(queue) takes no new jobs; open it again by: millrace queue resume \(queue)")
                if wait { try await Self.waitUntilEmpty(queue, on: connection) }
            }
        }

        private static func waitUntilEmpty(_ queue: String, on connection: Connection) async throws {
            var display = ProgressDisplay("draining \(queue)")
            var most = 0
            while let backlog = try await connection.backlog(ofQueue: queue), backlog.jobs > 0 {
                guard !backlog.isPaused || backlog.running > 0 else {
                    throw PausedDrain(queue: queue, jobs: backlog.jobs)
                }
                most = max(most, backlog.jobs)
                display.show(
                    done: Double(most - backlog.jobs), of: Double(most),
                    "\(counted(backlog.jobs, "job")) left: \(backlog.running) running, \(backlog.ready + backlog.parked) "
                        + "to run, \(backlog.scheduled) due later, \(backlog.blocked) waiting")
                try await Task.sleep(for: .milliseconds(250))
            }
            display.finish("is empty")
        }
    }

    struct Aging: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let ready jobs of a queue gain a step of priority each time they have waited so long.",
            discussion: """
                So no job is passed over for ever by more urgent ones. What jobs have gained stays.

                Examples:
                  millrace queue aging default 10m
                  millrace queue aging default off
                """)

        @Argument(help: "The queue.") var queue: String
        @Argument(help: "How long, such as 10m; or off.", transform: { OptionalSetting(try durationOrOff($0)) })
        var every: OptionalSetting<Duration>
        @OptionGroup var novelty: QueueNovelty

        func run() async throws {
            try await Database.withConnection(for: "queue aging") { [queue, every, novelty] in
                try await $0.setAging(queue: queue, every: every.value, isNew: novelty.new)
            }
            print(
                every.value.map { "jobs of queue \(queue) gain a step of priority every \(DurationText($0))" }
                    ?? "jobs of queue \(queue) gain no priority by waiting")
        }
    }
}

/// Whether a queue may be one that nobody knows yet.
struct QueueNovelty: ParsableArguments {
    @Flag(help: "The queue has had no job yet: make it.") var new = false
}

/// A drain that can never end.
struct PausedDrain: Error, CustomStringConvertible {
    let queue: String
    let jobs: Int

    var description: String {
        "queue \(queue) is paused, so its \(counted(jobs, "job")) will not be worked off  →  millrace queue resume \(queue); "
            + "millrace queue drain \(queue) --wait"
    }
}
