import ArgumentParser
import Millrace
import Postgres

struct PipelineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipeline", abstract: "List pipelines, look into their runs; approve, cancel and run them again.",
        subcommands: [
            List.self, Runs.self, Show.self, PipelineGraphCommand.self, Cancel.self, Approve.self, Rerun.self,
        ],
        defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the applied pipelines with their last run.")

        @OptionGroup var watch: WatchOption
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Database.withConnection(for: "pipeline list") { [self] connection in
                try await watch.show {
                    try await connection.pipelines()
                } as: {
                    output.write($0, empty: "no pipeline is applied  →  millrace apply jobs/")
                }
            }
        }
    }

    struct Runs: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List runs, newest first.",
            discussion: """
                Examples:
                  millrace pipeline runs
                  millrace pipeline runs nightly-personalization --limit 7 --format json
                """)

        @Argument(help: "Only runs of this pipeline.") var pipeline: String?
        @Option(help: "At most so many.") var limit = 20
        @OptionGroup var watch: WatchOption
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard limit >= 1 else { throw ValidationError("--limit takes a number from 1 on") }
        }

        func run() async throws {
            try await Database.withConnection(for: "pipeline runs") { [self] connection in
                try await watch.show {
                    try await connection.runs(of: pipeline, limit: limit)
                } as: {
                    output.write($0, empty: "no run  →  millrace run \(pipeline ?? "PIPELINE")")
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the steps of a run.")

        @Argument(help: "A run's number, or a pipeline for its newest run.") var run: String
        @OptionGroup var watch: WatchOption
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Database.withConnection(for: "pipeline show") { [self] connection in
                let number = try await Self.number(of: run, on: connection)
                try await watch.show {
                    guard let standing = try await connection.standing(ofRun: number) else {
                        throw NoSuchRun(name: run)
                    }
                    return (standing, try await connection.steps(ofRun: number))
                } as: { standing, steps in
                    if output.format == .table { print(headline(number, standing)) }
                    output.write(steps, empty: "the run has no steps")
                }
            }
        }

        private func headline(_ number: Int64, _ standing: RunStanding) -> String {
            "run \(number) of \(standing.pipeline): \(standing.state), \(TableText.durationText(standing.seconds)), "
                + "\(standing.ended) of \(standing.jobs) jobs ended\(standing.reason.map { "; it \($0)" } ?? "")\n"
        }

        static func number(of run: String, on connection: Connection) async throws -> Int64 {
            if let number = Int64(run) { return number }
            guard let latest = try await connection.latestRun(of: run) else { throw NoSuchRun(name: run) }
            return latest
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Cancel whatever of a run has not ended; running jobs are asked to stop.")

        @Argument(help: "The run's number.") var run: Int64

        func run() async throws {
            let reached = try await Database.withConnection(for: "pipeline cancel") { [run] in
                try await $0.cancelRun(run)
            }
            print("run \(run): \(counted(reached, "job")) cancelled or asked to stop")
        }
    }
}

/// A run that is not there.
struct NoSuchRun: Error, CustomStringConvertible {
    let name: String

    var description: String { "there is no run \"\(name)\"  →  see `millrace pipeline runs`" }
}
