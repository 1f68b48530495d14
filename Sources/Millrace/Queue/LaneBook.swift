import Postgres

/// What the jobs of a lane have in common.
struct Lane: Sendable, Hashable {
    let plugin: String
    let queue: String
    let argumentsVersion: Int
}

/// What a claimer keeps in mind of the lanes: what they are, and up to which place each is settled.
///
/// Rows that were claimed stay in the table and its index until vacuum removes them, which an old snapshot can put off for
/// as long as it lasts. A claim that began each time at the front of a lane would walk over all of them. So it begins at the
/// lane's *floor*: no row stands before it, and none will appear there. See `sql/millrace/functions/ready.sql` for why.
struct LaneBook: Sendable {
    /// The newest place given out at some moment, and a transaction that began after it. Once all transactions before that
    /// one have ended, all places up to that one are settled.
    struct Sample: Sendable {
        let horizon: Int64
        let nextTransaction: Int64
        /// By this process's monotonic clock.
        var takenAt = ContinuousClock.now
    }

    private var known: [Int32: Lane] = [:]
    /// Of all lanes that were seen.
    private(set) var floorByLane: [Int32: Int64] = [:]
    private var samples: [Sample] = []
    /// All places up to this one are settled.
    private var settled: Int64 = 0
    /// In how many lanes the last claim saw jobs.
    private(set) var filledLanes = 0

    private var lookedCloserAt: ContinuousClock.Instant?

    private static let mostSamples = 64
    /// A sample that has not settled after so long is held up by some transaction, which may be one that takes no places.
    private static let patience = Duration.milliseconds(200)

    /// The floors by lane, as the claim takes them.
    var knownFloors: JSONText {
        JSONText("{" + floorByLane.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}")
    }

    /// The lane of an id; nil when it was never learnt.
    func lane(_ id: Int32) -> Lane? { known[id] }

    /// The lane of an id.
    ///
    /// - Throws: ``UnknownLane`` when the database does not know it either.
    func known(_ id: Int32) throws -> Lane {
        guard let lane = known[id] else { throw UnknownLane(id: id) }
        return lane
    }

    mutating func learn(_ id: Int32, _ lane: Lane) {
        known[id] = lane
    }

    /// Whether the next claim should find out which of the transactions that run may take places. It costs more than the
    /// claim itself, so it is asked for only while samples do not settle, and only every now and then.
    mutating func shouldLookCloser(now: ContinuousClock.Instant = .now) -> Bool {
        guard let oldest = samples.first, oldest.takenAt.duration(to: now) > Self.patience,
            lookedCloserAt.map({ $0.duration(to: now) > Self.patience }) ?? true
        else { return false }
        lookedCloserAt = now
        return true
    }

    /// Takes in what a claim has seen.
    ///
    /// - Parameters:
    ///   - lanes: the lanes that it looked at.
    ///   - heads: the first place that was taken in each, from its floor on; nil when there was none.
    ///   - sample: taken by the claim; nil when it had nothing to take.
    ///   - oldestTransaction: the oldest transaction that ran then, before the lanes were looked at; after a closer look, of
    ///     those that may take places.
    mutating func note(lanes: [Int32], heads: [Int64?], sample: Sample?, oldestTransaction: Int64) {
        if let ended = samples.lastIndex(where: { $0.nextTransaction <= oldestTransaction }) {
            settled = max(settled, samples[ended].horizon)
            samples.removeFirst(ended + 1)
        }
        if let sample {
            if samples.count == Self.mostSamples { samples.removeFirst() }
            samples.append(sample)
        }
        filledLanes = heads.count { $0 != nil }
        for (lane, head) in zip(lanes, heads) {
            floorByLane[lane] = max(floorByLane[lane] ?? 0, min(head ?? .max, settled + 1))
        }
    }
}

/// A lane that is not in the database: somebody deleted its row.
struct UnknownLane: Error, CustomStringConvertible {
    let id: Int32

    var description: String {
        "a job stands in lane \(id), which is not in millrace.lane  →  restore that row; the program never deletes any"
    }
}
