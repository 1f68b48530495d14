import ArgumentParser
import Millrace

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make, look at and rotate the keys of secret arguments.",
        discussion: """
            Keys come from MILLRACE_KEYS (id:base64, several joined by commas, the first seals) or from the file that \
            MILLRACE_KEY_FILE names. To rotate: make a key, put it first everywhere, restart, `millrace key reseal`, and when \
            `millrace key list` shows no open job under the old one, take that out.
            """,
        subcommands: [List.self, Make.self, Reseal.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the keys that kept jobs need.")

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let uses = try await Database.withConnection(for: "key list") { try await $0.keyUses() }
            let listing = Listing(
                columns: [.init("key"), .init("jobs", .number), .init("open", .number)],
                rows: uses.map { [$0.key, "\($0.jobs)", "\($0.open)"] })
            output.write(listing, empty: "no kept job has a secret argument")
        }
    }

    struct Make: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a new key and print it; needs no database.",
            discussion: "Keep it as you keep a password. It is printed once and stored nowhere.")

        @Argument(help: "The key's id, such as the month: 2026-11.") var id: String

        func run() throws {
            print(try Keyring.makeKey(id: id))
        }
    }

    struct Reseal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Seal the secrets of jobs that are still to run anew under the first key.")

        func run() async throws {
            guard let keyring = try Keyring.fromEnvironment() else {
                throw ValidationError("there are no keys: set MILLRACE_KEYS or MILLRACE_KEY_FILE")
            }
            let changed = try await Database.withConnection(for: "key reseal") { try await $0.reseal(with: keyring) }
            print("\(changed) jobs were sealed anew")
        }
    }
}
