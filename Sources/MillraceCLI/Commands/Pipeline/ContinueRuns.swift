import ArgumentParser
import Millrace
import Postgres

extension PipelineCommand {
    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Answer an approval step that waits: what waits for it goes on, or is told that it failed.",
            discussion: """
                Who answered and the comment become the step's output.

                Examples:
                  millrace pipeline approve 12 check-copy --comment 'looked at ten mails'
                  millrace pipeline approve 12 check-copy --refuse --comment 'wrong prices'
                """)

        @Argument(help: "The run's number.") var run: Int64
        @Argument(help: "The step, as `millrace pipeline show` shows it.") var step: String
        @Flag(help: "Refuse it: the step fails.") var refuse = false
        @Option(help: "Why, for whoever looks later.") var comment: String?

        func run() async throws {
            try await Database.withConnection(for: "pipeline approve") { [run, step, refuse, comment] connection in
                try await connection.approve(run: run, step: step, approved: !refuse, comment: comment)
                try await connection.ringDoorbell()
            }
            print("step \(step) of run \(run) is \(refuse ? "refused" : "approved")")
        }
    }

    struct Rerun: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Do steps of a run that has ended again, in a new run, as they were defined then.",
            discussion: """
                Begins with the steps of --from, or with those that did not succeed (--failed, the usual), and does all that \
                waits for them. The other steps are taken over with their outputs; --without-outputs leaves those behind.

                Examples:
                  millrace pipeline rerun 12
                  millrace pipeline rerun 12 --from train --from write --wait
                """)

        @Argument(help: "The run's number.") var run: Int64
        @Option(help: "Begin with this step; may be repeated.") var from: [String] = []
        @Flag(help: "Begin with the steps that did not succeed.") var failed = false
        @Flag(help: "Steps that are not done again have no outputs.") var withoutOutputs = false
        @Option(help: "NAME=VALUE over the earlier run's; JSON if it reads as JSON, else text. May be repeated.")
        var parameter: [ParameterText] = []
        @Flag(help: "Wait for the end and show the progress.") var wait = false

        func validate() throws {
            guard from.isEmpty || !failed else { throw ValidationError("begin either with --from or with --failed") }
        }

        func run() async throws {
            try await Database.withConnection(for: "pipeline rerun") { [self] connection in
                let again = try await connection.rerun(
                    run, from: from.isEmpty ? nil : from, withOutputs: !withoutOutputs,
                    parameters: try ParameterText.object(parameter))
                try await connection.ringDoorbell()
                print("run \(again) does run \(run) again")
                if wait { try await RunWatcher(connection: connection, run: again).watch() }
            }
        }
    }
}
