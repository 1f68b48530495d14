import ArgumentParser
import Foundation
import Millrace
import Postgres

struct PluginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugin", abstract: "List plugins and describe their arguments.",
        subcommands: [List.self, Describe.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the plugins that this program or a worker has published.")

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let listing = try await Database.withConnection(for: "plugin list") { try await $0.publishedPlugins() }
            output.write(listing, empty: "no plugin was published yet  →  start a worker: millrace worker")
        }
    }

    struct Describe: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a plugin's defaults and the JSON Schema of its arguments.")

        @Argument(help: "The plugin's name.") var plugin: String

        func run() async throws {
            let found = try await Database.withConnection(for: "plugin describe") { [plugin] in
                try await $0.publishedPlugin(plugin)
            }
            guard let found else { throw UnknownTarget(name: plugin) }
            print("\(found.name), version \(found.version): \(found.summary)")
            print(
                "queue \(found.defaults.queue), \(found.defaults.maxAttempts) attempts, "
                    + "timeout \(found.defaults.timeout.map { DurationText($0).description } ?? "none")")
            print(try found.schema.jsonSchema.indented())
        }
    }
}

extension JSONText {
    /// The same JSON over several lines, keys sorted.
    func indented() throws -> String {
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        let data = try JSONSerialization.data(
            withJSONObject: value, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes, .fragmentsAllowed])
        return String(decoding: data, as: UTF8.self)
    }
}
