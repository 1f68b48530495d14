import ArgumentParser
import Millrace
import Postgres

struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "List queues, pause and resume them.",
        subcommands: [List.self, Pause.self, Resume.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List queues with how much stands where.")

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let listing = try await Database.withConnection(for: "queue list") { try await $0.queues() }
            output.write(listing, empty: "no queue yet: the first job makes one")
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stop claiming jobs of a queue; running ones go on.")

        @Argument(help: "The queue.") var queue: String

        func run() async throws {
            try await Database.withConnection(for: "queue pause") { [queue] in try await $0.pause(queue: queue) }
            print("queue \(queue) is paused; resume it by: millrace queue resume \(queue)")
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Claim jobs of a queue again.")

        @Argument(help: "The queue.") var queue: String

        func run() async throws {
            try await Database.withConnection(for: "queue resume") { [queue] connection in
                try await connection.resume(queue: queue)
                try await connection.ringDoorbell()
            }
            print("queue \(queue) runs")
        }
    }
}
