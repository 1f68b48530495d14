import Millrace
import Postgres

/// Prints a job's log lines as they come, until it has ended.
struct LogTail {
    let connection: Connection
    let job: JobID
    let format: OutputFormat

    func run() async throws {
        var follower = LogFollower(job)
        var isFirst = true
        while true {
            // The state comes before the lines: a job writes its last lines before it ends, so none is missed.
            guard let standing = try await connection.standing(of: job) else { throw NoSuchJob(id: job) }
            show(try await follower.next(on: connection), withHeader: isFirst)
            guard !standing.state.isTerminal else {
                Terminal.warn("job \(job) is \(standing.state.rawValue)\(standing.reason.map { ": \($0)" } ?? "")")
                return
            }
            if isFirst, standing.state != .running {
                let detail = try await connection.jobDetail(job)
                let why = detail.value("why") ?? "is \(standing.state.rawValue)"
                Terminal.warn("job \(job) has not started: it \(why)")
            }
            isFirst = false
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    private func show(_ lines: Listing, withHeader: Bool) {
        switch format {
        case .csv:
            let text = CSVText(lines).text.split(separator: "\r\n", omittingEmptySubsequences: false)
            for line in withHeader ? text[...] : text.dropFirst() { print(line, terminator: "\r\n") }
        case .json:
            for row in lines.rows.indices { print(JSONLinesText.object(of: lines, row: row)) }
        case .table:
            for row in lines.rows {
                let at = (row[0] ?? "").prefix(19).replacing("T", with: " ")
                print("\(at)  \(row[1] ?? "")  \(row[2] ?? "")\(row[3].map { "  \($0)" } ?? "")")
            }
        }
    }
}
