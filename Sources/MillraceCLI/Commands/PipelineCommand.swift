import ArgumentParser
import Millrace
import Postgres

struct PipelineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipeline", abstract: "List pipelines, look into their runs, cancel one.",
        subcommands: [List.self, Show.self, Cancel.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the applied pipelines with their last run.")

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let listing = try await Database.withConnection(for: "pipeline list") { try await $0.pipelines() }
            output.write(listing, empty: "no pipeline is applied  →  millrace apply jobs/")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the steps of a run.")

        @Argument(help: "A run's number, or a pipeline for its newest run.") var run: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let (number, standing, steps) = try await Database.withConnection(for: "pipeline show") {
                [run] connection in
                let number = try await Self.number(of: run, on: connection)
                guard let standing = try await connection.standing(ofRun: number) else { throw NoSuchRun(name: run) }
                return (number, standing, try await connection.steps(ofRun: number))
            }
            if output.format == .table {
                print(
                    "run \(number) of \(standing.pipeline): \(standing.state), "
                        + "\(TableText.durationText(standing.seconds)), \(standing.ended) of \(standing.jobs) jobs ended\n"
                )
            }
            output.write(steps, empty: "the run has no steps")
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
            print("run \(run): \(reached) jobs cancelled or asked to stop")
        }
    }
}

/// A run that is not there.
struct NoSuchRun: Error, CustomStringConvertible {
    let name: String

    var description: String { "there is no run \"\(name)\"  →  see `millrace pipeline list`" }
}
