import ArgumentParser
import Millrace
import Postgres

extension JobCommand {
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show all that is known of a job, and every attempt at it.",
            discussion: "With --format json the attempts are the member \"attempts\".")

        @Argument(help: "The job's id, as `millrace job list` shows it.") var id: JobID
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let (detail, attempts) = try await Database.withConnection(for: "job show") { [id] connection in
                (try await connection.jobDetail(id), try await connection.attempts(of: id))
            }
            guard let row = detail.rows.first else { throw NoSuchJob(id: id) }
            switch output.format {
            case .csv: output.writeRecord(detail)
            case .json:
                output.writeRecord(
                    Listing(
                        columns: detail.columns + [.init("attempts", .json)],
                        rows: [row + [JSONLinesText.array(of: attempts)]]))
            case .table:
                output.writeRecord(detail)
                guard !attempts.rows.isEmpty else { return }
                // A stack is many lines, which a table cannot hold: the newest one stands below it.
                let withoutStack = Listing(
                    columns: attempts.columns.dropLast(), rows: attempts.rows.map { Array($0.dropLast()) })
                print("\nattempts:\n" + TableText(withoutStack).text)
                guard let failed = attempts.rows.last(where: { $0.last != .some(nil) }), let stack = failed.last ?? nil
                else { return }
                print("\nwhere attempt \(failed[0] ?? "") ended:")
                for line in stack.split(whereSeparator: \.isNewline) { print("  \(line)") }
            }
        }
    }

    struct Result: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print what a job returned: JSON, and nothing else.",
            discussion: """
                Of a job that handed its work on, the result of whoever ended it. `null` when it succeeded and returned \
                nothing; exit code 1 when it has not succeeded.

                Example:
                  millrace job result 42 | jq .clusters
                """)

        @Argument(help: "The job's id, as `millrace job list` shows it.") var id: JobID

        func run() async throws {
            let result = try await Database.withConnection(for: "job result") { [id] connection in
                var current = id
                var result: JSONText?
                while true {
                    guard let standing = try await connection.standing(of: current) else {
                        throw NoSuchJob(id: current)
                    }
                    guard standing.state == .succeeded else { throw NoResult(id: current, standing: standing) }
                    result = standing.result ?? result
                    guard let successor = standing.successor else { return result }
                    current = successor
                }
            }
            print(try result?.indented() ?? "null")
        }
    }

    struct Logs: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what a job's plugin logged, oldest first.",
            discussion: """
                With --follow new lines are shown as they come, until the job has ended; a job that has not started is \
                waited for. With --follow and --format json each line is an object on a line of its own.
                """)

        @Argument(help: "The job's id, as `millrace job list` shows it.") var id: JobID
        @Flag(help: "Go on until the job has ended.") var follow = false
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Database.withConnection(for: "job logs") { [self] connection in
                guard try await connection.standing(of: id) != nil else { throw NoSuchJob(id: id) }
                if follow {
                    try await LogTail(connection: connection, job: id, format: output.format).run()
                } else {
                    output.write(try await connection.logLines(of: id), empty: "job \(id) has logged nothing")
                }
            }
        }
    }
}

/// A job without a result to show.
struct NoResult: Error, CustomStringConvertible {
    let id: JobID
    let standing: JobStanding

    var description: String {
        let state = standing.state.rawValue
        return standing.state.isTerminal
            ? "job \(id) has no result: it is \(state)\(standing.reason.map { ", because it \($0)" } ?? "")  →  "
                + "millrace job show \(id)"
            : "job \(id) has no result yet: it is \(state)  →  millrace job why \(id), and again when it has ended"
    }
}
