import ArgumentParser
import Foundation
import Millrace

struct ScheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "List schedules and see when they fire.",
        subcommands: [List.self, Next.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List schedules with their last and next slots.")

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let listing = try await Database.withConnection(for: "schedule list") { try await $0.schedules() }
            output.write(listing, empty: "no schedule is applied  →  millrace apply jobs/")
        }
    }

    struct Next: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show when a cron expression fires; needs no database.",
            discussion: """
                Example:
                  millrace schedule next --cron '0 3 * * MON-FRI' --timezone Europe/Berlin --count 5
                """)

        @Option(help: "Five fields, or @daily and the like.") var cron: String
        @Option(help: "An IANA time zone.") var timezone = "UTC"
        @Option(help: "Slots after this instant, in RFC 3339; now when left out.") var from: String?
        @Option(help: "How many.") var count = 5
        @Option(help: "What a local time does that daylight saving skips: shift or skip.") var gap = GapRule.shift
        @Option(help: "Which of two equal local times counts: first or both.") var fold = FoldRule.first
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard count >= 1 else { throw ValidationError("--count takes a number from 1 on") }
        }

        func run() async throws {
            let expression = try CronExpression(cron)
            let zone = try Zone(named: timezone)
            guard !expression.neverFires else {
                throw ValidationError("\"\(cron)\" never fires: no month has that day")
            }
            let start = try from.map { try RFC3339.date($0) } ?? Date()
            let instants = Cadence.cron(expression, zone: zone, gap: gap, fold: fold).instants(
                from: start, count: count
            )
            .map { zone.rfc3339($0) }
            switch output.format {
            case .json: print("[" + instants.map { "\"\($0)\"" }.joined(separator: ", ") + "]")
            case .csv: print((["slot"] + instants).joined(separator: "\r\n"))
            case .table:
                print(([expression.summary + " (\(zone))"] + instants.map { "  \($0)" }).joined(separator: "\n"))
            }
        }
    }
}
