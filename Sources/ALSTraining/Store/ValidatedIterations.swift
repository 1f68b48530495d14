import Postgres

private let saveStatement: Statement = """
    INSERT INTO shop.model_validation (model_id, iteration, customers, ndcg, recall, hit_rate)
    SELECT $1, part.iteration, part.customers, part.ndcg, part.recall, part.hit_rate
    FROM unnest($2::integer[], $3::integer[], $4::float8[], $5::float8[], $6::float8[])
        AS part(iteration, customers, ndcg, recall, hit_rate)
    """

private let loadStatement: Statement = """
    SELECT iteration, customers, ndcg, recall, hit_rate FROM shop.model_validation WHERE model_id = $1 ORDER BY iteration
    """

private let chooseStatement: Statement = """
    UPDATE shop.model SET user_iteration = $2, item_iteration = $3 WHERE id = $1
    """

extension Session {
    /// Keeps how well iterations did.
    func save(_ iterations: [ValidatedIteration], model: Int64) async throws {
        try await execute(
            saveStatement, model, iterations.map { Int32($0.iteration) }, iterations.map { Int32($0.customers) },
            iterations.map(\.ndcg), iterations.map(\.recall), iterations.map(\.hitRate))
    }

    /// How well the iterations so far did, in their order.
    func validatedIterations(of model: Int64) async throws -> [ValidatedIteration] {
        try await query(loadStatement, model).map { row in
            let (iteration, customers, ndcg, recall, hitRate) = try row.decode(
                Int.self, Int.self, Double.self, Double.self, Double.self)
            return ValidatedIteration(
                iteration: iteration, customers: customers, ndcg: ndcg, recall: recall, hitRate: hitRate)
        }
    }

    /// Writes down which factors the model will consist of.
    func choose(userIteration: Int, itemIteration: Int, model: Int64) async throws {
        try await execute(chooseStatement, model, userIteration, itemIteration)
    }
}
