import ArgumentParser
import Millrace
import Postgres

extension WorkerCommand {
    struct Drain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the workers of a name finish what they run, claim nothing more, and end.",
            discussion: """
                Jobs have as long as they need, where a SIGTERM gives them the grace only. A service manager may start the \
                worker again; stop its unit to keep it away.

                Example:
                  millrace worker drain mail-1 --wait
                """)

        @Argument(help: "The worker's name, as `millrace worker list` shows it.") var name: String
        @Flag(help: "Wait until they have ended.") var wait = false

        func run() async throws {
            try await Database.withConnection(for: "worker drain") { [name, wait] connection in
                let told = try await connection.drain(worker: name)
                print("\(counted(told, "worker")) called \(name) claim\(told == 1 ? "s" : "") nothing more")
                guard wait else { return }
                var display = ProgressDisplay("draining \(name)")
                while case let left = try await connection.liveWorkers(named: name), left.workers > 0 {
                    display.show(
                        done: Double(told - left.workers), of: Double(told),
                        "\(counted(left.workers, "worker")) left, with \(counted(left.running, "job"))")
                    try await Task.sleep(for: .milliseconds(250))
                }
                display.finish("has ended")
            }
        }
    }

    struct Slots: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change how many jobs the workers of a name run at once.",
            discussion: """
                They follow within a heartbeat; jobs that run are not stopped. What they were started with holds again when \
                they are started again.

                Examples:
                  millrace worker slots mail-1 16
                  millrace worker slots mail-1 2 --queue import
                  millrace worker slots mail-1 off --queue import   no bound of its own any more
                """)

        @Argument(help: "The worker's name.") var name: String
        @Argument(help: "Jobs at once; with --queue also off.", transform: { OptionalSetting(try numberOrOff($0)) })
        var slots: OptionalSetting<Int>
        @Option(help: "Only jobs of this queue.") var queue: String?

        func validate() throws {
            guard slots.value != nil || queue != nil else {
                throw ValidationError("off goes with --queue; to run nothing, give 0")
            }
        }

        func run() async throws {
            let told = try await Database.withConnection(for: "worker slots") { [name, slots, queue] in
                try await $0.setSlots(slots.value, ofWorker: name, queue: queue)
            }
            let bound = slots.value.map { counted($0, "slot") } ?? "no slots of their own"
            print("\(counted(told, "worker")) called \(name): \(bound)\(queue.map { " for queue \($0)" } ?? "")")
        }
    }

    struct Weight: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change how many turns a queue gets from the workers of a name for each turn of other queues.",
            discussion: """
                Without any weight, priority alone decides over all queues.

                Examples:
                  millrace worker weight mail-1 mail 3
                  millrace worker weight mail-1 mail off
                """)

        @Argument(help: "The worker's name.") var name: String
        @Argument(help: "The queue.") var queue: String
        @Argument(help: "Turns, 1 to 1000; or off.", transform: { OptionalSetting(try numberOrOff($0)) })
        var weight: OptionalSetting<Int>

        func run() async throws {
            let told = try await Database.withConnection(for: "worker weight") { [name, queue, weight] in
                try await $0.setWeight(weight.value, ofQueue: queue, onWorker: name)
            }
            let turns = weight.value.map { "weight \($0)" } ?? "no weight of its own"
            print("\(counted(told, "worker")) called \(name): \(turns) for queue \(queue)")
        }
    }
}
