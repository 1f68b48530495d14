import ArgumentParser
import Millrace

/// What jobs a command is about, the same for `job list` and for what is done to many jobs.
struct JobFilterOptions: ParsableArguments {
    @Option(help: "Only jobs in this state; may be repeated.") var state: [JobState] = []
    @Option(help: "Only jobs of this plugin.") var plugin: String?
    @Option(help: "Only jobs of this queue.") var queue: String?
    @Option(help: "Only jobs with this tag.") var tag: String?
    @Option(help: "Only jobs of this pipeline run.") var run: Int64?
    @Option(help: "Only jobs enqueued at least this long ago, such as 90s, 1h30m or 2d.", transform: duration)
    var older: Duration?
    @Option(help: "Only jobs enqueued less than this long ago.", transform: duration) var newer: Duration?
    @Option(help: "Only jobs with this text in the reason or in the error of the newest attempt.") var error: String?

    func validate() throws {
        if let older, let newer, newer <= older {
            throw ValidationError("no job is both at least --older and less than --newer old: --newer must be longer")
        }
    }

    /// The filter they say, without a bound on how many.
    var filter: JobFilter {
        JobFilter(
            states: state, plugin: plugin, queue: queue, tag: tag, run: run, older: older, newer: newer, error: error,
            limit: nil)
    }
}
