import Millrace
import Postgres
import Shop

/// Reads the events of one shard's customers, and stages their records in the transaction that completes it.
///
/// What it keeps in memory is the catalogue, the shard's customers, and their rows as text.
struct ReadShard: Plugin {
    static let name = "profile-rebuild.shard"
    static let summary = "A step of profile-rebuild: cleans and profiles one shard of the customers."
    static let arguments = ArgumentSchema(
        reflecting: Arguments.self,
        describing: [
            "build": .init("Id of the job that planned the build."),
            "customers": .init("Ids of the first and the last customer."),
        ])
    static let defaults = JobDefaults(timeout: .seconds(3600), backoff: Backoff(base: .seconds(1), cap: .seconds(60)))

    struct Arguments: Codable, Sendable, Equatable {
        let build: Int64
        let customers: CustomerRange
    }

    /// What the finishing job needs to know of it.
    struct Outcome: Codable, Sendable, Equatable {
        let customers: Int
        let eventsRead: Int
        let dropped: [String: Int]
        /// Microseconds since 2000; `nil` when no event was kept.
        let lastEvent: Int64?

        enum CodingKeys: String, CodingKey {
            case customers, dropped
            case eventsRead = "events_read"
            case lastEvent = "last_event"
        }

        var tally: ShardTally {
            ShardTally(
                counts: CleaningCounts(read: eventsRead, byName: dropped),
                lastEvent: lastEvent.map(Timestamp.init(microseconds:)))
        }
    }

    func run(_ job: JobContext<Arguments>) async throws {
        let plan = try await job.database.plan(of: job.arguments.build)
        let (tally, staged) = try await job.database.transaction(.repeatableRead, readOnly: true) { transaction in
            var staged = StagedLines(build: plan.build)
            let tally = try await transaction.readRecords(job.arguments.customers, of: plan) { read in
                try job.checkCancellation()
                job.progress(read, "events read")
            } take: { records in
                for record in records { staged.add(record) }
            }
            return (tally, staged)
        }
        let outcome = Outcome(
            customers: staged.count, eventsRead: tally.counts.read, dropped: tally.counts.byName,
            lastEvent: tally.lastEvent?.microseconds)
        try await job.complete(result: outcome) { transaction in
            try await transaction.stage(staged)
        }
    }
}
