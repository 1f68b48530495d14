import Analytics
import Postgres
import Shop

/// Staged rows with what the finishing job has found, some thousands at a time.
private let profileStatement: Statement = """
    INSERT INTO shop.profile
        (customer_id, build_id, segment, as_of, orders, order_days, returns, recency_days, tenure_days, frequency, monetary,
        repeat_value, churn_risk, expected_orders, expected_value, order_gap_mean_days, order_gap_median_days, sessions,
        session_minutes, pieces_per_order, price_level, return_share, looks_per_order, favourite_category,
        category_shares, interest_shares, category_affinity, brand_affinity, price_affinity, device_shares, peak_hour,
        hour_of_week, evening_share, night_share, weekend_share, gift_season_share, region, is_abroad, first_order_at,
        last_order_at, last_seen_at, features)
    SELECT stage.customer_id, $2, found.segment, $3, orders, order_days, returns, found.recency_days, found.tenure_days,
        found.frequency, monetary, repeat_value, found.churn_risk, found.expected_orders, found.expected_value,
        order_gap_mean_days, order_gap_median_days, sessions, session_minutes, pieces_per_order, price_level,
        return_share, looks_per_order, favourite_category, category_shares, interest_shares, category_affinity,
        brand_affinity, price_affinity, device_shares, peak_hour, hour_of_week, evening_share, night_share,
        weekend_share, gift_season_share, region, is_abroad, first_order_at, last_order_at, last_seen_at,
        found.features::real[]
    FROM unnest($4::integer[], $5::smallint[], $6::float8[], $7::float8[], $8::float8[], $9::float8[], $10::float8[],
            $11::float8[], $12::text[])
        AS found(customer_id, segment, recency_days, tenure_days, frequency, churn_risk, expected_orders,
            expected_value, features)
    JOIN shop.profile_stage AS stage ON stage.build_id = $1 AND stage.customer_id = found.customer_id
    """

/// What the finishing job has found of customers; arrays of one length.
struct FoundProfiles: Sendable {
    /// The job that staged their rows.
    let stage: Int64
    /// The build that their segments are of.
    let build: Int64
    let asOf: Timestamp
    let profiles: [CustomerProfile]
    let outlooks: [LifetimeOutlook?]
    /// From 1.
    let segments: [Int]
    let table: FeatureTable
}

/// Staged rows of a build are not there any more.
struct StagedRowsGone: Error, CustomStringConvertible {
    let build: Int64
    let expected: Int
    let found: Int

    var description: String {
        "\(expected) profiles were staged for build \(build) and \(found) are there  →  start a new build: "
            + "`millrace run profile-rebuild`; leave shop.profile_stage to the jobs"
    }
}

extension Transaction {
    /// Moves staged rows to `shop.profile`, which must have no row of these customers.
    ///
    /// - Throws: ``StagedRowsGone``.
    func write(_ found: FoundProfiles) async throws {
        var written = 0
        for start in stride(from: 0, to: found.profiles.count, by: 5000) {
            let rows = start..<min(start + 5000, found.profiles.count)
            let profiles = found.profiles[rows]
            let outlooks = found.outlooks[rows]
            written += try await execute(
                profileStatement, found.stage, found.build, found.asOf.date, profiles.map(\.measures.customer),
                found.segments[rows].map { Int16($0) }, profiles.map(\.recencyDays), profiles.map(\.tenureDays),
                profiles.map(\.frequency), outlooks.map { $0?.churnRisk }, outlooks.map { $0?.expectedOrders },
                outlooks.map { $0?.expectedValue }, rows.map(found.table.arrayText))
        }
        guard written == found.profiles.count else {
            throw StagedRowsGone(build: found.stage, expected: found.profiles.count, found: written)
        }
    }
}

extension FeatureTable {
    /// A row's scores as PostgreSQL writes an array.
    fileprivate func arrayText(row: Int) -> String {
        features.isEmpty ? "{}" : ProfileRebuild.arrayText(scores[row])
    }
}
