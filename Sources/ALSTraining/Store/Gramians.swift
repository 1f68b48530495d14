import Analytics
import Millrace
import Postgres

private let partsStatement: Statement = """
    SELECT gramian FROM shop.factor_block WHERE model_id = $1 AND side = $2 AND iteration = $3 ORDER BY block
    """

private let saveStatement: Statement = """
    INSERT INTO shop.factor_gramian (model_id, side, iteration, gramian) VALUES ($1, $2, $3, $4)
    ON CONFLICT (model_id, side, iteration) DO UPDATE SET gramian = excluded.gramian
    """

private let dropStatement: Statement = """
    DELETE FROM shop.factor_gramian
    WHERE model_id = $1 AND side = $2 AND iteration < $3 AND iteration IS DISTINCT FROM $4::integer
    """

private let keepStatement: Statement = """
    DELETE FROM shop.factor_gramian AS kept USING shop.model
    WHERE model.id = $1 AND kept.model_id = model.id AND kept.iteration IS DISTINCT FROM
        CASE kept.side WHEN 'user' THEN model.user_iteration ELSE model.item_iteration END
    """

private let loadStatement: Statement = """
    SELECT gramian FROM shop.factor_gramian WHERE model_id = $1 AND side = $2 AND iteration = $3
    """

extension Session {
    /// Adds the parts of a half-iteration in the order of the blocks.
    ///
    /// - Throws: `PermanentFailure` when a part is missing or damaged.
    func summedGramian(of model: TrainingModel, half: HalfIteration) async throws -> Gramian {
        let rows = try await query(partsStatement, model.id, half.side.rawValue, half.iteration)
        let expected = RowBlocks(rows: model.rows(of: half.side)).count
        guard rows.count == expected else {
            throw MissingBlocks(
                what: "the Gramian of \(half.title)", model: model.id, found: rows.count, expected: expected
            ).failure
        }
        let parts = try rows.map { row in
            let bytes: [UInt8] = try row[0]
            return try permanently { try Gramian(serialized: bytes) }
        }
        return try permanently { try Gramian(adding: parts) }
    }

    /// Writes the sum of a half-iteration.
    func saveGramian(_ gramian: Gramian, model: Int64, half: HalfIteration) async throws {
        try await execute(saveStatement, model, half.side.rawValue, half.iteration, gramian.serialized())
    }

    /// Removes the sums of a side from before an iteration, except that of the best one.
    func dropGramians(model: Int64, before half: HalfIteration, keeping best: Int?) async throws {
        try await execute(dropStatement, model, half.side.rawValue, half.iteration, best)
    }

    /// Removes all sums but those of the factors that a model consists of.
    func dropGramians(besidesThoseOf model: Int64) async throws {
        try await execute(keepStatement, model)
    }

    /// Reads the sum of a half-iteration.
    ///
    /// - Throws: `PermanentFailure` when it is missing or damaged.
    func gramian(model: Int64, half: HalfIteration) async throws -> Gramian {
        guard let row = try await first(loadStatement, model, half.side.rawValue, half.iteration) else {
            throw MissingBlocks(what: "the Gramian of \(half.title)", model: model, found: 0, expected: 1).failure
        }
        let bytes: [UInt8] = try row[0]
        return try permanently { try Gramian(serialized: bytes) }
    }
}
