import ArgumentParser
import Foundation
import Millrace
import Postgres

extension ScheduleCommand {
    struct Backfill: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run the slots of a stretch of time that did not fire, each with its own logical time.",
            discussion: """
                By the schedule as it is now. Slots that have fired are left out, so it is safe to run again. It says how many \
                runs that makes, and asks; --yes answers in advance, and is needed where there is no terminal. More than \
                10,000 slots are refused. All runs are made in one transaction, or none; with --parallel 3 three go on at once.

                Examples:
                  millrace schedule backfill daily-report --from 2026-03-01T00:00:00Z --to 2026-03-08T00:00:00Z --dry-run
                  millrace schedule backfill daily-report --from 2026-03-01T00:00:00Z --to 2026-03-08T00:00:00Z --parallel 3
                """)

        @Argument(help: "The schedule.") var name: String
        @Option(help: "The first instant, in RFC 3339.", transform: RFC3339.date) var from: Date
        @Option(help: "The last instant, in RFC 3339.", transform: RFC3339.date) var to: Date
        @Option(help: "So many of the runs go on at once.") var parallel = 1
        @Flag(help: "Only show the slots.") var dryRun = false
        @Flag(help: "Do not ask.") var yes = false

        func validate() throws {
            guard parallel >= 1 else { throw ValidationError("--parallel takes a number from 1 on") }
        }

        func run() async throws {
            try await Database.withConnection(for: "schedule backfill") { [self] connection in
                let plan = try await connection.planBackfill(of: name, from: from, to: to)
                tell(plan)
                guard !plan.slots.isEmpty, !dryRun else { return }
                try Confirmation.ask(
                    "start \(counted(plan.slots.count, "run")) of schedule \(name), \(parallel) at once", yes: yes)
                let parallel = parallel
                let runs = try await connection.transaction { try await $0.run(plan, parallel: parallel) }
                try await connection.ringDoorbell()
                guard let first = runs.first, let last = runs.last else {
                    print("nothing was started: these slots have fired meanwhile")
                    return
                }
                print("started \(counted(runs.count, "run")): \(first.run)\(runs.count > 1 ? " to \(last.run)" : "")")
            }
        }

        private func tell(_ plan: Millrace.Backfill) {
            let fired = plan.alreadyFired.isEmpty ? "" : "; \(plan.alreadyFired.count) have fired and are left out"
            guard let first = plan.slots.first, let last = plan.slots.last else {
                print("nothing to do: schedule \(name) has no slot in that time\(fired)")
                return
            }
            print("\(counted(plan.slots.count, "slot")) of schedule \(name)\(fired)")
            let shown = dryRun ? plan.slots : [first]
            for slot in shown { print("  \(RFC3339.text(slot))") }
            if !dryRun, plan.slots.count > 2 { print("  …") }
            if !dryRun, plan.slots.count > 1 { print("  \(RFC3339.text(last))") }
            if plan.forgotten > 0 {
                print(
                    "\(counted(plan.forgotten, "slot")) are older than the setting slot_retention_days: whether they have "
                        + "fired before is not known any more")
            }
        }
    }
}
