public import ALSTraining
public import ArgumentParser
import Millrace
import Postgres

extension ModelKind: ExpressibleByArgument {}

struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "List trained models, show one, serve another, go back.",
        discussion: """
            A training gives its model the next version and serves it. The recommendations of some models before it are \
            kept (the argument keep_models of als-training), so that another one is served at once.

            Examples:
              millrace model list
              millrace model show 12
              millrace model serve 11
              millrace model roll-back
            """,
        subcommands: [List.self, Show.self, Serve.self, RollBack.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List models and tunings, the newest first.")

        @Option(help: "Only als or als-tuning.") var kind: ModelKind?
        @Option(help: "How many at most.") var limit = 50
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let listing = try await Database.withConnection(for: "model list") { [kind, limit] in
                try await $0.models(kind: kind, limit: limit)
            }
            output.write(listing, empty: "no model yet  →  train one: millrace run als-training --wait")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a model: metrics, data, lineage, and how its iterations or trials did.")

        @Argument(help: "Its version, as `millrace model list` shows it.") var version: Int
        @Option(help: "als or als-tuning.") var kind = ModelKind.als
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let (model, validation, trials) = try await Database.withConnection(for: "model show") { [version, kind] in
                (
                    try await $0.model(version: version, kind: kind),
                    try await $0.validation(ofVersion: version, kind: kind), try await $0.trials(ofTuning: version)
                )
            }
            guard !model.rows.isEmpty else { throw UnknownModel(version: version, kind: kind) }
            output.writeRecord(model)
            guard output.format == .table else { return }
            if !validation.rows.isEmpty { print("\n" + TableText(validation).text) }
            if kind == .tuning, !trials.rows.isEmpty { print("\n" + TableText(trials).text) }
        }
    }

    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Serve another version: its recommendations are everybody's at once.")

        @Argument(help: "The version to serve.") var version: Int

        func run() async throws {
            let served = try await Database.withConnection(for: "model serve") { [version] connection in
                try await connection.transaction { try await $0.serveModel(version: version) }
            }
            print(served.text)
        }
    }

    struct RollBack: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "roll-back",
            abstract: "Serve the version before the served one that still has its recommendations.")

        func run() async throws {
            let served = try await Database.withConnection(for: "model roll-back") { connection in
                try await connection.transaction { try await $0.rollBackModel() }
            }
            print(served.text)
        }
    }
}

/// A version that is not there.
struct UnknownModel: Error, CustomStringConvertible {
    let version: Int
    let kind: ModelKind

    var description: String {
        "there is no \(kind.rawValue) version \(version)  →  see which there are: millrace model list"
    }
}

extension ServedModels {
    /// The switch in words.
    fileprivate var text: String {
        "version \(now) is served" + (before.map { $0 == now ? ", as before" : "; it was version \($0) before" } ?? "")
    }
}
