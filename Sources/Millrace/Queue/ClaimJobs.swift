import Foundation
import Postgres

/// See `sql/millrace/functions/claim.sql` for the order and the locks.
private let claimStatement: Statement = """
    SELECT epoch, job_ids, lane_ids, enqueued_ats, attempts, crash_counts, most_attempts, timeouts, args, details,
        seen_lanes, heads, horizon, oldest_xid, next_xid, suspect_at
    FROM millrace.claim($1, $2, $3, $4, $5, $6, $7, $8, $9)
    """

private let lanesStatement: Statement = "SELECT id, plugin, queue, args_version FROM millrace.lane WHERE id = ANY ($1)"

private let opensStatement: Statement = "SELECT millrace.opens_in_ms()"

/// What a worker can run, as the claim wants it.
struct Offer: Sendable {
    /// Queues it serves; nil for all.
    let queues: [String]?
    /// Names of its plugins.
    let plugins: [String]
    /// The version of each.
    let versions: [Int32]
}

/// What a worker already has, as the claim wants it.
struct Holdings: Sendable {
    /// Jobs of each queue; nil when they were not counted. Then a worker that keeps slots for queues is given nothing.
    var busyByQueue: [String: Int]?
    /// Whether one of its jobs is suspect.
    var hasSuspect = false
}

extension Session {
    /// Leases up to `limit` ready jobs to a worker, all under one new epoch.
    ///
    /// - Parameters:
    ///   - book: what this claimer knows of the lanes; it is brought up to date.
    ///   - holdings: what the worker already has.
    func claim(
        for worker: Int64, upTo limit: Int, offer: Offer, book: inout LaneBook,
        holdings: Holdings = Holdings(busyByQueue: [:])
    ) async throws -> [ClaimedJob] {
        let busy = try holdings.busyByQueue.map { try JSONText(encoding: $0) }
        let row = try await query(
            claimStatement, worker, Int32(limit), offer.queues, offer.plugins, offer.versions, book.knownFloors,
            Int32(holdings.hasSuspect ? 0 : 1), busy, book.shouldLookCloser())[0]

        let seenLanes: [Int32]? = try row[10]
        if let seenLanes {
            let (horizon, nextTransaction): (Int64, Int64?) = (try row[12], try row[14])
            book.note(
                lanes: seenLanes, heads: try row[11],
                sample: nextTransaction.map { LaneBook.Sample(horizon: horizon, nextTransaction: $0) },
                oldestTransaction: try row[13])
        }
        guard let epoch: Int64 = try row[0] else { return [] }
        let laneIDs: [Int32] = try row[2]
        let unknown = Set(laneIDs).filter { book.lane($0) == nil }
        if !unknown.isEmpty {
            for lane in try await query(lanesStatement, unknown.sorted()) {
                let (id, plugin, queue, version) = try lane.decode(Int32.self, String.self, String.self, Int32.self)
                book.learn(id, Lane(plugin: plugin, queue: queue, argumentsVersion: Int(version)))
            }
        }
        return try ClaimedJob.all(
            of: row, epoch: epoch, lanes: laneIDs.map { try book.known($0) }, suspectCrashes: try row[15])
    }

    /// Leases up to `limit` ready jobs to a worker that knows nothing of the lanes yet.
    func claim(for worker: Int64, upTo limit: Int, offer: Offer) async throws -> [ClaimedJob] {
        var book = LaneBook()
        return try await claim(for: worker, upTo: limit, offer: offer, book: &book)
    }

    /// How long until a rate limit that holds ready jobs back lets the next one start; nil when none does.
    func rateLimitOpens() async throws -> Duration? {
        let milliseconds: Int64? = try await query(opensStatement)[0][0]
        return milliseconds.map { .milliseconds($0) }
    }
}
