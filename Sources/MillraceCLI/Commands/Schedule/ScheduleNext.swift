import ArgumentParser
import Foundation
import Millrace

extension ScheduleCommand {
    struct Next: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show when a schedule fires next, or a cron expression, which needs no database.",
            discussion: """
                Examples:
                  millrace schedule next nightly-personalization
                  millrace schedule next --cron '0 3 * * MON-FRI' --timezone Europe/Berlin --count 5
                """)

        @Argument(help: "A schedule, as `millrace schedule list` shows it.") var name: String?
        @Option(help: "Instead of a schedule: five fields, or @daily and the like.") var cron: String?
        @Option(help: "With --cron: an IANA time zone; UTC when left out.") var timezone: String?
        @Option(help: "Slots after this instant, in RFC 3339; now when left out.", transform: RFC3339.date)
        var from: Date?
        @Option(help: "How many.") var count = 5
        @Option(help: "With --cron: what a local time does that daylight saving skips: shift or skip.")
        var gap: GapRule?
        @Option(help: "With --cron: which of two equal local times counts: first or both.") var fold: FoldRule?
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard count >= 1 else { throw ValidationError("--count takes a number from 1 on") }
            guard (name == nil) != (cron == nil) else {
                throw ValidationError("give either the name of a schedule, or --cron '0 3 * * *'")
            }
            guard cron != nil || (timezone == nil && gap == nil && fold == nil) else {
                throw ValidationError("--timezone, --gap and --fold go with --cron; a schedule has its own")
            }
        }

        func run() async throws {
            if let name {
                try await showSchedule(name)
            } else if let cron {
                try showCron(cron)
            }
        }

        private func showSchedule(_ name: String) async throws {
            let outlook = try await Database.withConnection(for: "schedule next") {
                try await $0.outlook(ofSchedule: name)
            }
            guard let outlook else { throw NoSuchSchedule(name: name) }
            let slots = outlook.definition.instants(from: from ?? Date(), count: count)
            if let since = outlook.pausedAt {
                Terminal.warn(
                    "paused by \(outlook.pausedBy ?? "somebody") since \(RFC3339.text(since)): these pass without firing  →  "
                        + "millrace schedule resume \(name)")
            }
            if slots.isEmpty { Terminal.warn("schedule \(name) has no slot after that") }
            show(slots.map { outlook.definition.zone.rfc3339($0) }, of: outlook.definition.cadence.description)
        }

        private func showCron(_ cron: String) throws {
            let expression = try CronExpression(cron)
            let zone = try Zone(named: timezone ?? "UTC")
            try expression.requireFiring()
            let cadence = Cadence.cron(expression, zone: zone, gap: gap ?? .shift, fold: fold ?? .first)
            let instants = cadence.instants(from: from ?? Date(), count: count)
            show(instants.map { zone.rfc3339($0) }, of: expression.summary + " (\(zone))")
        }

        private func show(_ instants: [String], of summary: String) {
            switch output.format {
            case .json: print("[" + instants.map { "\"\($0)\"" }.joined(separator: ", ") + "]")
            case .csv: print((["slot"] + instants).joined(separator: "\r\n"))
            case .table: print(([summary] + instants.map { "  \($0)" }).joined(separator: "\n"))
            }
        }
    }
}
