import Postgres

private let storeStatement: Statement = """
    INSERT INTO shop.model_recommendation (model_id, customer_id, rank, item_id, score, origin, because)
    SELECT $1, entry.customer_id, entry.rank, entry.item_id, entry.score, entry.origin, entry.because
    FROM unnest($2::integer[], $3::smallint[], $4::integer[], $5::real[], $6::text[], $7::jsonb[])
        AS entry(customer_id, rank, item_id, score, origin, because)
    ON CONFLICT (model_id, customer_id, rank)
    DO UPDATE SET item_id = excluded.item_id, score = excluded.score, origin = excluded.origin, because = excluded.because
    """

/// The popular items of everybody whom the model does not know, but for what they have bought. Each part is looked at once:
/// a look-up for each customer would pass over all known customers, and over all events, each time.
private let coldStatement: Statement = """
    WITH known AS MATERIALIZED (
        SELECT unnest(customer_ids) AS id FROM shop.model WHERE id = $1
    ), cold AS MATERIALIZED (
        SELECT customer.id FROM shop.customer WHERE NOT EXISTS (SELECT FROM known WHERE known.id = customer.id)
    ), popular AS MATERIALIZED (
        SELECT * FROM unnest($2::integer[], $3::real[]) WITH ORDINALITY AS listed(item_id, score, place)
    ), bought AS MATERIALIZED (
        SELECT DISTINCT event.customer_id, event.item_id
        FROM shop.event JOIN cold ON cold.id = event.customer_id JOIN popular ON popular.item_id = event.item_id
        WHERE $4 AND event.kind = 'purchase'
    )
    INSERT INTO shop.model_recommendation (model_id, customer_id, rank, item_id, score, origin, because)
    SELECT $1, id, rank, item_id, score, 'popular', '[]' FROM (
        SELECT cold.id, popular.item_id, popular.score,
            row_number() OVER (PARTITION BY cold.id ORDER BY popular.place)::smallint AS rank
        FROM cold CROSS JOIN popular
        WHERE NOT EXISTS (SELECT FROM bought WHERE bought.customer_id = cold.id AND bought.item_id = popular.item_id)
    ) AS listed
    WHERE rank <= $5
    """

/// One line of a customer's list.
struct Recommendation: Sendable, Equatable {
    /// Where a line comes from; the raw value is what `shop.model_recommendation.origin` holds.
    enum Origin: String, Sendable {
        case model, new, popular, explored
    }

    let customer: Int32
    /// From 1.
    let rank: Int16
    let item: Int32
    let score: Float
    let origin: Origin
    let because: JSONText
}

extension Session {
    /// Keeps recommendations of a model.
    func store(_ recommendations: [Recommendation], model: Int64) async throws {
        for start in stride(from: 0, to: recommendations.count, by: 10_000) {
            let batch = recommendations[start..<min(start + 10_000, recommendations.count)]
            try await execute(
                storeStatement, model, batch.map(\.customer), batch.map(\.rank), batch.map(\.item), batch.map(\.score),
                batch.map(\.origin.rawValue), batch.map(\.because))
        }
    }

    /// Keeps the same list for all customers whom a model does not know.
    ///
    /// - Parameters:
    ///   - popular: best first, some more than a list takes.
    ///   - count: the longest list.
    ///   - excludesBought: whether a customer is not listed what was bought.
    /// - Returns: the number of lines.
    func storeColdStart(
        _ popular: [(item: Int32, score: Float)], model: Int64, count: Int, excludesBought: Bool
    ) async throws -> Int {
        try await execute(
            coldStatement, model, popular.map(\.item), popular.map(\.score), excludesBought, Int32(count))
    }
}
