import ArgumentParser
import Millrace
import Postgres

struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Look into jobs; cancel, retry, give up, put off one or many.",
        subcommands: [
            List.self, Show.self, Why.self, Logs.self, Result.self, Cancel.self, Retry.self, Discard.self,
            Reschedule.self, Priority.self,
        ], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List jobs, newest first.",
            discussion: """
                Examples:
                  millrace job list --state failed --state quarantined --newer 1d
                  millrace job list --queue default --limit 200 --format csv > jobs.csv
                  millrace job list --plugin mail --error timeout
                  millrace job list --run 12 --watch
                """)

        @OptionGroup var filters: JobFilterOptions
        @Option(help: "At most so many.") var limit = 50
        @OptionGroup var watch: WatchOption
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard limit >= 1 else { throw ValidationError("--limit takes a number from 1 on") }
        }

        func run() async throws {
            var filter = filters.filter
            filter.limit = limit
            try await Database.withConnection(for: "job list") { [self, filter] connection in
                try await watch.show {
                    try await connection.jobs(filter)
                } as: {
                    output.write($0, empty: "no job matches")
                }
            }
        }
    }

    struct Why: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say in one sentence why a job is not running.")

        @Argument(help: "The job's id, as `millrace job list` shows it.") var id: JobID

        func run() async throws {
            let detail = try await Database.withConnection(for: "job why") { [id] in try await $0.jobDetail(id) }
            guard !detail.rows.isEmpty else { throw NoSuchJob(id: id) }
            print("job \(id) \(detail.value("why") ?? "is running")")
        }
    }
}

/// A job id that is not there.
struct NoSuchJob: Error, CustomStringConvertible {
    let id: JobID

    var description: String {
        "no job \(id)  →  `millrace job list` shows the jobs there are; those older than the retention are gone"
    }
}
