import ArgumentParser
import Foundation
import Millrace
import Postgres

/// Follows a pipeline run to its end and shows its steps.
struct RunWatcher {
    let connection: Connection
    let run: Int64

    /// - Throws: `ExitCode.failure` when the run did not succeed.
    func watch() async throws {
        var display = ProgressDisplay("run \(run)")
        while let standing = try await connection.standing(ofRun: run) {
            if standing.hasEnded {
                display.finish(
                    "\(standing.state) after \(TableText.durationText(standing.seconds)), \(standing.jobs) jobs")
                try await report(standing)
                return
            }
            let steps = try await connection.steps(ofRun: run)
            // Where nothing runs: what the oldest waiting job waits for, so that a missing worker or a mail server that is
            // down is seen at once.
            let reason = standing.running == 0 ? try await connection.waitingReason(ofRun: run) : nil
            let detail = Self.detail(steps, waitingFor: reason)
            display.show(
                done: Double(standing.ended), of: Double(standing.jobs),
                "\(TableText.durationText(standing.seconds))  \(standing.ended) of \(standing.jobs) jobs  \(detail)")
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Steps that have begun, with how many of their jobs have ended, and what is waited for.
    static func detail(_ steps: Listing, waitingFor reason: String?) -> String {
        let begun = steps.rows.indices.filter { steps.value("state", row: $0) == "running" }
            .map { "\(steps.value("step", row: $0) ?? "") \(steps.value("jobs", row: $0) ?? "")" }
        return [begun.joined(separator: ", "), reason ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
    }

    private func report(_ standing: RunStanding) async throws {
        guard standing.state != "succeeded" else { return }
        if let reason = standing.reason { Terminal.warn("run \(run) \(reason)") }
        let failed = try await connection.jobs(JobFilter(run: run, limit: 1000))
        for row in failed.rows.reversed() where row[3] == "failed" || row[3] == "quarantined" {
            Terminal.warn(
                "job \(row[0] ?? "") (\(row[1] ?? ""), step \(row[6] ?? "")) \(row[3] ?? ""): \(row[10] ?? "")")
        }
        Terminal.warn("look further: millrace pipeline show \(run); millrace job list --run \(run)")
        throw ExitCode.failure
    }
}

/// Follows a job, and whoever carries its work on, to the end.
struct JobWatcher {
    let connection: Connection
    let job: JobID

    /// - Throws: `ExitCode.failure` when it did not succeed.
    func watch() async throws {
        var display = ProgressDisplay("job \(job)")
        var current = job
        var result: JSONText?
        while let standing = try await connection.standing(of: current) {
            if standing.state == .succeeded, let successor = standing.successor {
                result = standing.result ?? result
                current = successor
            } else if standing.state.isTerminal {
                display.finish(standing.reason.map { "\(standing.state.rawValue): \($0)" } ?? standing.state.rawValue)
                guard standing.state == .succeeded else { throw ExitCode.failure }
                if let result = standing.result ?? result { print(try result.indented()) }
                return
            } else {
                let detail = try await connection.jobDetail(current)
                let progress = detail.value("progress")
                let why = detail.value("why")
                display.show(done: 0, of: nil, progress ?? why ?? standing.state.rawValue)
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }
}
