import Foundation
import Millrace

/// The rows of one pane as aligned text.
struct TopList {
    /// What it shows.
    let title: String
    /// The names above the columns.
    let columns: String
    /// A line for each row.
    let rows: [String]
    /// Rows that ask for attention.
    let warnings: Set<Int>

    private init(
        _ title: String, _ headings: [String], right: Set<Int> = [], _ cells: [[String]], warnings: [Int] = []
    ) {
        let widths = headings.indices.map { column in
            // One long name must not push all others off the screen.
            min(40, ([headings[column]] + cells.map { $0[column] }).map(TableText.displayWidth).max() ?? 0)
        }
        func line(_ cells: [String]) -> String {
            cells.indices.map { column in
                let isLast = column == cells.count - 1
                let text = isLast ? cells[column] : ScreenLine.fit(cells[column], widths[column])
                return isLast ? text : ScreenLine.pad(text, widths[column], right: right.contains(column))
            }.joined(separator: "  ")
        }
        self.title = title
        columns = line(headings)
        rows = cells.map(line)
        self.warnings = Set(warnings)
    }

    init(_ pane: TopPane, of activity: Activity) {
        switch pane {
        case .queues: self = Self.queues(activity.queues)
        case .running: self = Self.running(activity.running)
        case .workers: self = Self.workers(activity.workers)
        case .failures: self = Self.failures(activity.failures)
        case .runs: self = Self.runs(activity.runs)
        }
    }

    private static func queues(_ queues: [Activity.Queue]) -> TopList {
        TopList(
            "queues (\(queues.count))",
            ["queue", "ready", "running", "parked", "scheduled", "blocked", "oldest ready", ""],
            right: [1, 2, 3, 4, 5, 6],
            queues.map { queue in
                [
                    queue.name, "\(queue.ready)", "\(queue.running)", "\(queue.parked)", "\(queue.scheduled)",
                    "\(queue.blocked)", queue.oldestReady.map(TableText.durationText) ?? "",
                    [queue.isPaused ? "paused" : "", queue.isDraining ? "draining" : ""].filter { !$0.isEmpty }
                        .joined(separator: ", "),
                ]
            }, warnings: queues.indices.filter { queues[$0].isPaused || queues[$0].isDraining })
    }

    private static func running(_ jobs: [Activity.RunningJob]) -> TopList {
        TopList(
            "running jobs (\(most(jobs.count)))", ["job", "plugin", "for", "progress", "run", "worker", ""],
            right: [0, 2],
            jobs.map { job in
                [
                    "\(job.id)", job.plugin, TableText.durationText(job.seconds), progress(job),
                    job.run.map { "\($0)\(job.step.map { " \($0)" } ?? "")" } ?? "", job.worker ?? "",
                    job.isStopping ? "is stopping" : job.message ?? "",
                ]
            }, warnings: jobs.indices.filter { jobs[$0].isStopping })
    }

    private static func workers(_ workers: [Activity.WorkerLine]) -> TopList {
        // Four heartbeats fit into a lease of 12 s: this long without one is worth a look.
        let silence = 6.0
        return TopList(
            "workers (\(most(workers.count)))", ["worker", "host", "slots", "silent for", "queues", ""], right: [3],
            workers.map { worker in
                [
                    worker.name, worker.host, "\(worker.running)/\(worker.slots)",
                    TableText.durationText(worker.silence),
                    worker.queues ?? "all", worker.state == "alive" ? "" : worker.state,
                ]
            }, warnings: workers.indices.filter { workers[$0].silence > silence || workers[$0].state != "alive" })
    }

    private static func failures(_ failures: [Activity.Failure]) -> TopList {
        TopList(
            "failures of the last hour (\(most(failures.count)))",
            ["ago", "job", "plugin", "attempt", "kind", "message"],
            right: [0, 1],
            failures.map { failure in
                [
                    TableText.durationText(failure.ago), "\(failure.id)", failure.plugin,
                    "\(failure.attempt)/\(failure.maximumAttempts)", failure.kind, failure.message,
                ]
            })
    }

    private static func runs(_ runs: [Activity.Run]) -> TopList {
        TopList(
            "open pipeline runs (\(most(runs.count)))", ["run", "pipeline", "state", "for", "progress", ""],
            right: [0, 3],
            runs.map { run in
                [
                    "\(run.id)", run.pipeline, run.state, TableText.durationText(run.seconds),
                    bar(done: Double(run.ended), of: Double(run.jobs)),
                    "\(run.ended) of \(run.jobs) jobs\(run.failed > 0 ? ", \(run.failed) failed" : "")",
                ]
            }, warnings: runs.indices.filter { runs[$0].failed > 0 })
    }

    private static func most(_ count: Int) -> String {
        count < Activity.most ? "\(count)" : "\(Activity.most) or more"
    }

    private static func progress(_ job: Activity.RunningJob) -> String {
        guard let done = job.done else { return "" }
        guard let total = job.total, total > 0 else { return "\(done)" }
        return bar(done: Double(done), of: Double(total))
    }

    /// `██████░░░░  60 %`
    static func bar(done: Double, of total: Double) -> String {
        let fraction = total > 0 ? min(1, max(0, done / total)) : 0
        let filled = Int(fraction * 10)
        return String(repeating: "█", count: filled) + String(repeating: "░", count: 10 - filled)
            + String(format: " %3d %%", Int(fraction * 100))
    }
}
