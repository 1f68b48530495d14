import Foundation
import Postgres
import Shop

/// Sums of whole ten-thousandths, which come out the same in any order.
private let totalsStatement: Statement = """
    SELECT share.key, sum((share.value::numeric * 10000)::bigint)::bigint
    FROM shop.profile_stage, jsonb_each_text(category_shares) AS share
    WHERE build_id = $1 GROUP BY share.key
    """

private let measuresStatement: Statement = """
    SELECT customer_id, orders, order_days, monetary, repeat_value, pieces_per_order, price_level, return_share,
        looks_per_order, evening_share, night_share, weekend_share, gift_season_share, is_abroad, first_order_at,
        last_order_at, ARRAY(
            SELECT coalesce((category_shares ->> category.name)::float8, 0)
            FROM unnest($2::text[]) WITH ORDINALITY AS category(name, place) ORDER BY place)
    FROM shop.profile_stage WHERE build_id = $1 ORDER BY customer_id
    """

extension Session {
    /// The categories whose shares are features, from the staged rows of a build.
    func largestCategories(of build: Int64) async throws -> LargestCategories {
        var totals: [String: Int] = [:]
        for row in try await query(totalsStatement, build) {
            let (name, total) = try row.decode(String.self, Int.self)
            totals[name] = total
        }
        return LargestCategories(totals: totals)
    }
}

extension Transaction {
    /// The numbers of all staged rows of a build, ascending by customer.
    func measures(of build: Int64, categories: LargestCategories) async throws -> [CustomerMeasures] {
        var measures: [CustomerMeasures] = []
        for try await row in stream(measuresStatement, build, categories.names) {
            measures.append(try CustomerMeasures(row))
        }
        return measures
    }
}

extension CustomerMeasures {
    /// A row of the statement above.
    fileprivate init(_ row: Row) throws {
        let firstOrder: Date = try row[14]
        let lastOrder: Date = try row[15]
        self.init(
            customer: try row[0], orders: try row[1], orderDays: try row[2], monetary: try row[3],
            repeatValue: try row[4], piecesPerOrder: try row[5], priceLevel: try row[6], returnShare: try row[7],
            looksPerOrder: try row[8], evening: try row[9], night: try row[10], weekend: try row[11],
            giftSeason: try row[12], isAbroad: try row[13], firstOrder: Timestamp(firstOrder),
            lastOrder: Timestamp(lastOrder), categoryShares: try row[16])
    }
}

extension LargestCategories {
    /// From the records themselves, where they are all in memory.
    init(_ records: [CustomerRecord]) {
        var totals: [String: Int] = [:]
        for record in records {
            for entry in record.categoryShares.entries { totals[entry.name, default: 0] += entry.tenThousandths }
        }
        self.init(totals: totals)
    }
}
