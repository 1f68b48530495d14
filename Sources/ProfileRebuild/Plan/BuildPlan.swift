import Millrace
import Shop

/// What all jobs of a build agree on; kept in `shop.profile_plan` while shards are under way.
struct BuildPlan: Codable, Sendable, Equatable {
    /// The last build, as an incremental one takes it on.
    struct Base: Codable, Sendable, Equatable {
        let build: Int64
        /// The events that it knows of.
        let watermark: String
        /// Microseconds since 2000.
        let asOf: Int64
    }

    /// Id of the job that planned it, and of the build.
    let build: Int64
    let arguments: ProfileRebuildArguments
    /// Every job reads the events that this snapshot sees, whenever it runs.
    let snapshot: String
    /// System identifier of the server.
    let clusterID: Int64
    /// The database's clock when it was planned; microseconds since 2000.
    let clock: Int64
    /// The country of most customers.
    let homeCountry: String?
    /// The currency of most products; empty without any.
    let currency: String
    /// Events to read, those of guests too.
    let events: Int
    /// Events of guests, which no shard reads.
    let guests: Int
    /// `nil` for a full build.
    let base: Base?
    /// Why a full build is made although an incremental one was asked for.
    let fullBecause: String?

    /// Events that one shard may read before `"auto"` takes another.
    static let eventsPerShard = 1_000_000
    static let mostAutomaticShards = 64

    /// Jobs that share the reading; 1 is none but the planner.
    var shards: Int {
        switch arguments.shards {
        case .fixed(let number): number
        case .auto:
            min(Self.mostAutomaticShards, max(1, (events - guests + Self.eventsPerShard - 1) / Self.eventsPerShard))
        }
    }

    var now: Timestamp { Timestamp(microseconds: clock) }

    /// Counts of what no shard reads.
    var guestCounts: CleaningCounts {
        CleaningCounts(read: guests, byName: [CleaningRule.guest.rawValue: guests])
    }
}

/// Customers of one shard, by their ids.
struct CustomerRange: Codable, Sendable, Equatable {
    let first: Int32
    let last: Int32

    static let all = CustomerRange(first: .min, last: .max)

    /// Ranges that leave no gap, from the last customer of each but the final one.
    static func ranges(endingAt ends: [Int32]) -> [CustomerRange] {
        var first = Int32.min
        return (ends.dropLast() + [.max]).map { last in
            defer { first = last == .max ? .max : last + 1 }
            return CustomerRange(first: first, last: last)
        }
    }
}
