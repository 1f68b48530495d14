import ArgumentParser
import Foundation
import Millrace
import Postgres

struct ScheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "List schedules, see when they fire; pause, run and backfill them.",
        subcommands: [List.self, Next.self, Pause.self, Resume.self, Run.self, Backfill.self, History.self],
        defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List schedules with their last and next slots.")

        @OptionGroup var watch: WatchOption
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Database.withConnection(for: "schedule list") { [self] connection in
                try await watch.show {
                    try await connection.schedules()
                } as: {
                    output.write($0, empty: "no schedule is applied  →  millrace apply jobs/")
                }
            }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the slots of a schedule pass without firing; runs that have started go on.")

        @Argument(help: "The schedule.") var name: String

        func run() async throws {
            try await Database.withConnection(for: "schedule pause") { [name] in try await $0.pause(schedule: name) }
            print("schedule \(name) is paused; resume it by: millrace schedule resume \(name)")
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a schedule fire again; slots that passed meanwhile do not.",
            discussion: "To run those all the same: millrace schedule backfill NAME --from … --to …")

        @Argument(help: "The schedule.") var name: String

        func run() async throws {
            let next = try await Database.withConnection(for: "schedule resume") { [name] connection in
                try await connection.resume(schedule: name)
                return try await connection.outlook(ofSchedule: name)?.definition.next(after: Date())
            }
            print("schedule \(name) fires again\(next.map { ", next at " + RFC3339.text($0) } ?? "")")
        }
    }

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start a run of a schedule's pipeline now, beside its slots, with the schedule's parameters.",
            discussion: "With --wait the command shows the progress, and has exit code 1 when the run did not succeed.")

        @Argument(help: "The schedule.") var name: String
        @Flag(help: "Wait for the end and show the progress.") var wait = false

        func run() async throws {
            try await Database.withConnection(for: "schedule run") { [name, wait] connection in
                let run = try await connection.runNow(schedule: name)
                try await connection.ringDoorbell()
                print("run \(run) of schedule \(name) has started")
                if wait { try await RunWatcher(connection: connection, run: run).watch() }
            }
        }
    }

    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the slots of a schedule and what became of them, newest first.",
            discussion: """
                Outcomes: fired (a run was started), missed (no coordinator was there in time), overlap (an earlier run went \
                on), paused, failed (the run could not be started; the problem says why).
                """)

        @Argument(help: "The schedule.") var name: String
        @Option(help: "At most so many.") var limit = 50
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard limit >= 1 else { throw ValidationError("--limit takes a number from 1 on") }
        }

        func run() async throws {
            let slots = try await Database.withConnection(for: "schedule history") { [name, limit] connection in
                let slots = try await connection.slots(ofSchedule: name, limit: limit)
                // A schedule that is gone has left its slots behind.
                if slots.rows.isEmpty, try await connection.outlook(ofSchedule: name) == nil {
                    throw NoSuchSchedule(name: name)
                }
                return slots
            }
            output.write(slots, empty: "no slot of schedule \(name) has come yet  →  millrace schedule next \(name)")
        }
    }
}

/// A schedule that is not there.
struct NoSuchSchedule: Error, CustomStringConvertible {
    let name: String

    var description: String { "no schedule \(name)  →  `millrace schedule list` shows the schedules there are" }
}
