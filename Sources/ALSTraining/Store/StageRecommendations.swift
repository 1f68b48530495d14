import Postgres

/// In the order of the ids asked for; an item that is gone from the catalogue is recommended to nobody.
private let recommendableStatement: Statement = """
    SELECT array_agg(coalesce(item.is_product AND item.in_stock, false) ORDER BY asked.place)
    FROM unnest($1::integer[]) WITH ORDINALITY AS asked(id, place) LEFT JOIN shop.item ON item.id = asked.id
    """

private let stageStatement: Statement = """
    INSERT INTO shop.recommendation_stage (model_id, customer_id, rank, item_id, score, because)
    SELECT $1, entry.customer_id, entry.rank, entry.item_id, entry.score, entry.because
    FROM unnest($2::integer[], $3::smallint[], $4::integer[], $5::real[], $6::jsonb[])
        AS entry(customer_id, rank, item_id, score, because)
    ON CONFLICT (model_id, customer_id, rank)
    DO UPDATE SET item_id = excluded.item_id, score = excluded.score, because = excluded.because
    """

/// One line of a customer's list.
struct Recommendation: Sendable {
    let customer: Int32
    /// From 1.
    let rank: Int16
    let item: Int32
    let score: Float
    let because: JSONText
}

extension Session {
    /// Whether each item may be recommended: a product in stock.
    func recommendable(_ items: [Int32]) async throws -> [Bool] {
        try await query(recommendableStatement, items)[0][0]
    }

    /// Keeps recommendations of a model until it is served.
    func stage(_ recommendations: [Recommendation], model: Int64) async throws {
        for start in stride(from: 0, to: recommendations.count, by: 10_000) {
            let batch = recommendations[start..<min(start + 10_000, recommendations.count)]
            try await execute(
                stageStatement, model, batch.map(\.customer), batch.map(\.rank), batch.map(\.item), batch.map(\.score),
                batch.map(\.because))
        }
    }
}
