import ArgumentParser
import Foundation
import Millrace
import Postgres

struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Apply pipelines and schedules from YAML, after showing what would change.",
        discussion: """
            Shows the difference to the database and the next five firings, asks on a terminal, and then changes all of it in \
            one transaction. Everything that is wrong in any file is told with file and line, and then nothing is changed. \
            Runs that have started go on with the definition they started with.

            Examples:
              millrace apply jobs/
              millrace apply jobs/nightly-personalization.yaml --yes
            """)

    @Argument(help: "YAML files, or folders of them.", completion: .file()) var paths: [String]
    @Flag(help: "Do not ask.") var yes = false
    @Flag(help: "Only show what would change.") var dryRun = false

    func run() async throws {
        try await Database.withConnection(for: "apply") { [self] connection in
            let known = try Plugins.registry().descriptions
            let published = try await connection.publishedPluginDescriptions()
            let plugins = known + published.filter { other in !known.contains { $0.name == other.name } }
            let files = try DefinitionFile.load(paths: paths, plugins: plugins)
            let definitions = files.map(\.definition)

            let changes = try await connection.changes(of: definitions)
            show(changes)
            guard changes.contains(where: \.isChange) else {
                print("nothing to do: the database has these definitions")
                return
            }
            guard !dryRun else { return }
            try Confirmation.ask("apply \(counted(changes.filter(\.isChange).count, "definition"))", yes: yes)
            try await connection.transaction { transaction in
                try await transaction.apply(definitions, sources: files.map(\.path))
            }
            print("applied \(changes.filter(\.isChange).count) of \(changes.count) pipelines")
        }
    }

    private func show(_ changes: [DefinitionChange]) {
        for change in changes {
            for line in change.lines { print(line) }
            guard !change.nextSlots.isEmpty else { continue }
            print("  \(change.name) starts next:")
            for slot in change.nextSlots { print("    \(change.zone.rfc3339(slot))") }
        }
    }
}
