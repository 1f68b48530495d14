import Foundation
import Millrace
import Postgres
import Shop

/// A transaction that reads counts its own snapshot, so whatever is read later by this snapshot is what was there now.
private let momentStatement: Statement = """
    SELECT pg_current_snapshot()::text, (SELECT system_identifier FROM pg_control_system()), clock_timestamp(),
        (SELECT country FROM shop.customer WHERE country IS NOT NULL
            GROUP BY country ORDER BY count(*) DESC, country COLLATE "C" LIMIT 1),
        coalesce((SELECT currency FROM shop.item WHERE is_product
            GROUP BY currency ORDER BY count(*) DESC, currency COLLATE "C" LIMIT 1), '')
    """

private let sizeStatement: Statement = """
    SELECT count(*), count(*) FILTER (WHERE customer_id IS NULL) FROM shop.event
    WHERE pg_visible_in_snapshot(transaction_id, (SELECT $1::text::pg_snapshot))
    """

/// Events of the customers that changed, and new ones of guests.
private let changedSizeStatement: Statement = """
    SELECT count(*), count(*) FILTER (WHERE customer_id IS NULL) FROM shop.event
    WHERE pg_visible_in_snapshot(transaction_id, (SELECT $1::text::pg_snapshot))
        AND (customer_id IN (SELECT shop.changed_customers($2::text::pg_snapshot, $1::text::pg_snapshot))
            OR customer_id IS NULL
                AND NOT pg_visible_in_snapshot(transaction_id, (SELECT $2::text::pg_snapshot)))
    """

/// Cuts between customers so that shards have about the same number of events.
private let boundsStatement: Statement = """
    SELECT max(customer_id) FROM (
        SELECT customer_id, div((sum(events) OVER (ORDER BY customer_id) - 1) * $3, $4) AS shard
        FROM (
            SELECT customer_id, count(*) AS events FROM shop.event
            WHERE customer_id IS NOT NULL AND pg_visible_in_snapshot(transaction_id, (SELECT $1::text::pg_snapshot))
                AND ($2::text IS NULL
                    OR customer_id IN (SELECT shop.changed_customers($2::text::pg_snapshot, $1::text::pg_snapshot)))
            GROUP BY customer_id
        ) AS customer
    ) AS placed GROUP BY shard ORDER BY shard
    """

extension Session {
    /// Decides what a build reads.
    ///
    /// - Parameter job: the planner.
    func makePlan(_ arguments: ProfileRebuildArguments, job: JobID) async throws -> BuildPlan {
        let (snapshot, clusterID, clock, homeCountry, currency) = try await query(momentStatement)[0].decode(
            String.self, Int64.self, Date.self, String?.self, String.self)
        var base: BuildPlan.Base?
        var fullBecause: String?
        if arguments.mode == .incremental {
            switch try await incrementalBase(arguments, snapshot: snapshot, clusterID: clusterID) {
            case .base(let found): base = found
            case .none(let because): fullBecause = because
            }
        }
        let size: Row
        if let base {
            size = try await query(changedSizeStatement, snapshot, base.watermark)[0]
        } else {
            size = try await query(sizeStatement, snapshot)[0]
        }
        let (events, guests) = try size.decode(Int.self, Int.self)
        return BuildPlan(
            build: job.rawValue, arguments: arguments, snapshot: snapshot, clusterID: clusterID,
            clock: Timestamp(clock).microseconds, homeCountry: homeCountry, currency: currency, events: events,
            guests: guests, base: base, fullBecause: fullBecause)
    }

    /// The customers of each shard; at least one range, and no more than there are customers.
    func shardRanges(of plan: BuildPlan) async throws -> [CustomerRange] {
        let ends = try await query(
            boundsStatement, plan.snapshot, plan.base?.watermark, Int64(plan.shards), Int64(plan.events - plan.guests))
        return CustomerRange.ranges(endingAt: try ends.map { try $0[0] })
    }
}
