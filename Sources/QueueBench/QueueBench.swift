import ArgumentParser
import Logging

/// Measures the queue with jobs that do nothing. Used by the scripts in `ops/bench/`, which lay the database.
///
/// It speaks the same lines as the programs of the other libraries that it is compared with; they are described in
/// `ops/lib/queue_bench/peers/README.md`.
@main
struct QueueBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue-bench", abstract: "Measure the queue with jobs that do nothing.",
        discussion: """
            The database is named by DATABASE_URL. Unless said otherwise a command prints "up" when it is ready, waits for \
            a line "go", prints its result as one JSON line, and ends at a line "stop" or the end of its input.
            """,
        subcommands: [
            Prepare.self, Enqueue.self, EnqueueSingle.self, Load.self, Drain.self, Latency.self, Sleepers.self,
            Idle.self,
        ])

    /// Only errors: what a worker says of each job would be measured too.
    static var quiet: Logger {
        var logger = Logger(label: "queue-bench")
        logger.logLevel = .error
        return logger
    }
}
