import ArgumentParser
import Millrace
import Postgres

struct Prepare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lay the tables, and say how the scripts look at them.",
        discussion: "Prints one JSON line at once and ends.")

    /// See `ops/lib/queue_bench/peers/README.md`.
    private struct Facts: Encodable {
        let version = "this checkout"
        let left =
            "SELECT EXISTS (SELECT FROM millrace.ready) OR EXISTS (SELECT FROM millrace.lease)"
        let kept = "SELECT count(*) FROM millrace.finished WHERE state = 'succeeded'"
        let keeps = "every job, its arguments and its end"
        let settings: [String: String] = [
            "enqueue": "Pool.enqueue of 2000 jobs a call over one connection, two calls at a time",
            "enqueue-single":
                "Doorbell.enqueue of one job over one connection, and every 5 ms a ring with it that wakes idle workers",
            "worker": "one Worker and one Coordinator in a process",
        ]
    }

    func run() async throws {
        let connection = try await Connection.connect(try Configuration(), logger: QueueBench.quiet)
        _ = try await Migrator().migrate(connection, logger: QueueBench.quiet)
        try await connection.publish(try Nothing.registry().descriptions)
        await connection.close()
        try say(Facts())
    }
}
