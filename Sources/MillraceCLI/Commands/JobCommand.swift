import ArgumentParser
import Millrace
import Postgres

struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Look into jobs, cancel and retry them.",
        subcommands: [List.self, Show.self, Why.self, Logs.self, Cancel.self, Retry.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List jobs, newest first.",
            discussion: """
                Examples:
                  millrace job list --state failed
                  millrace job list --queue default --limit 200 --format csv > jobs.csv
                  millrace job list --run 12
                """)

        @Option(help: "Only jobs in this state: \(JobState.allCases.map(\.rawValue).joined(separator: ", ")).")
        var state: JobState?
        @Option(help: "Only jobs of this plugin.") var plugin: String?
        @Option(help: "Only jobs of this queue.") var queue: String?
        @Option(help: "Only jobs of this pipeline run.") var run: Int64?
        @Option(help: "At most so many.") var limit = 50
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard limit >= 1 else { throw ValidationError("--limit takes a number from 1 on") }
        }

        func run() async throws {
            let filter = JobFilter(state: state, plugin: plugin, queue: queue, run: run, limit: limit)
            let listing = try await Database.withConnection(for: "job list") { try await $0.jobs(filter) }
            output.write(listing, empty: "no job matches")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show all that is known of a job.")

        @Argument(help: "The job's id, as `millrace job list` shows it.") var id: JobID
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let (detail, failures) = try await Database.withConnection(for: "job show") { [id] connection in
                (try await connection.jobDetail(id), try await connection.failedAttempts(of: id))
            }
            guard !detail.rows.isEmpty else { throw NoSuchJob(id: id) }
            output.writeRecord(detail)
            if output.format == .table, !failures.rows.isEmpty {
                print("\nattempts that did not succeed:")
                output.write(failures, empty: "")
            }
        }
    }

    struct Why: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say in one sentence why a job is not running.")

        @Argument(help: "The job's id, as `millrace job list` shows it.") var id: JobID

        func run() async throws {
            let detail = try await Database.withConnection(for: "job why") { [id] in try await $0.jobDetail(id) }
            guard let row = detail.rows.first, let column = detail.columns.firstIndex(where: { $0.name == "why" })
            else {
                throw NoSuchJob(id: id)
            }
            print("job \(id) \(row[column] ?? "is running")")
        }
    }

    struct Logs: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show what a job's plugin logged, oldest first.")

        @Argument(help: "The job's id, as `millrace job list` shows it.") var id: JobID
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let lines = try await Database.withConnection(for: "job logs") { [id] connection in
                guard try await connection.standing(of: id) != nil else { throw NoSuchJob(id: id) }
                return try await connection.logLines(of: id)
            }
            output.write(lines, empty: "job \(id) has logged nothing")
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Cancel jobs: at once when they are not running, else by asking their worker to stop them.")

        @Argument(help: "Ids, as `millrace job list` shows them.") var ids: [JobID]

        func run() async throws {
            try await Database.withConnection(for: "job cancel") { [ids] connection in
                for id in ids {
                    switch try await connection.cancel(id) {
                    case .cancelled: print("job \(id) is cancelled")
                    case .requested: print("job \(id) is running; its worker was asked to stop it")
                    case .alreadyEnded(let state): print("job \(id) had ended before: \(state.rawValue)")
                    }
                }
            }
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make jobs ready again that ended badly or wait for their next attempt.")

        @Argument(help: "Ids, as `millrace job list` shows them.") var ids: [JobID]

        func run() async throws {
            try await Database.withConnection(for: "job retry") { [ids] connection in
                for id in ids {
                    try await connection.retry(id)
                    print("job \(id) is ready again")
                }
                try await connection.ringDoorbell()
            }
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
