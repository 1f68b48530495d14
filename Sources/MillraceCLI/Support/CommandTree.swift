import ArgumentParser
import Foundation

/// The commands with their options, as swift-argument-parser's `--experimental-dump-help` tells of them.
///
/// The library's own types for it, `ArgumentParserToolInfo`, are no product; these read what the manual needs.
struct CommandTree: Decodable {
    let commandName: String
    let abstract: String?
    let discussion: String?
    /// The subcommand that runs when none is named.
    private(set) var defaultSubcommand: String?
    let shouldDisplay: Bool?
    private var subcommands: [CommandTree]?
    private let arguments: [Argument]?

    struct Argument: Decodable {
        enum Kind: String, Decodable {
            case positional, option, flag
        }

        struct Name: Decodable {
            enum Kind: String, Decodable {
                case long, short, longWithSingleDash
            }

            let kind: Kind
            let name: String

            /// The name with its dashes.
            var spelled: String { (kind == .long ? "--" : "-") + name }
        }

        let kind: Kind
        let shouldDisplay: Bool
        let isOptional: Bool
        let isRepeating: Bool
        let names: [Name]?
        let valueName: String?
        let defaultValue: String?
        let allValues: [String]?
        let abstract: String?
    }

    /// A dump whose shape this program does not know.
    struct UnknownDump: Error, CustomStringConvertible {
        let version: Int

        var description: String {
            "the command tree has the format \(version), and this reads 0  →  build with the swift-argument-parser of "
                + "Package.resolved"
        }
    }

    private struct Dump: Decodable {
        let serializationVersion: Int
        let command: CommandTree
    }

    /// Asks the library about a command and all below it.
    ///
    /// - Throws: ``UnknownDump``, or `DecodingError` when the library writes something else.
    init(of root: any ParsableCommand.Type) throws {
        let read = try JSONDecoder().decode(Dump.self, from: Data(root._dumpHelp().utf8))
        guard read.serializationVersion == 0 else { throw UnknownDump(version: read.serializationVersion) }
        self = read.command
        addDefaults(of: root)
    }

    /// The dump has a place for default subcommands and leaves it empty.
    private mutating func addDefaults(of type: any ParsableCommand.Type) {
        defaultSubcommand = type.configuration.defaultSubcommand?._commandName
        for below in type.configuration.subcommands {
            guard let place = subcommands?.firstIndex(where: { $0.commandName == below._commandName }) else { continue }
            subcommands?[place].addDefaults(of: below)
        }
    }

    /// The commands below this one; the library's `help` is left out.
    var commands: [CommandTree] {
        (subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
    }

    /// What this command itself takes; `--help` and `--version`, which all take, are left out.
    var ownArguments: [Argument] {
        (arguments ?? []).filter { argument in
            argument.shouldDisplay && !(argument.names ?? []).contains { ["help", "version"].contains($0.name) }
        }
    }
}
