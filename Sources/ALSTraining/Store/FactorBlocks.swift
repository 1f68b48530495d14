import Analytics
import Millrace
import Postgres

private let saveStatement: Statement = """
    INSERT INTO shop.factor_block (model_id, side, iteration, block, factors, gramian)
    SELECT $1, $2, $3, part.block, part.factors, part.gramian
    FROM unnest($4::bigint[], $5::bytea[], $6::bytea[]) AS part(block, factors, gramian)
    ON CONFLICT (model_id, side, iteration, block)
    DO UPDATE SET factors = excluded.factors, gramian = excluded.gramian
    """

private let loadStatement: Statement = """
    SELECT factors FROM shop.factor_block
    WHERE model_id = $1 AND side = $2 AND iteration = $3 AND block >= $4 AND block < $5 ORDER BY block
    """

/// Once a side is complete nobody reads its earlier iterations any more, except the best one so far: the other side, which
/// was solved from them, was complete before this one began.
private let dropStatement: Statement = """
    DELETE FROM shop.factor_block
    WHERE model_id = $1 AND side = $2 AND iteration < $3 AND iteration IS DISTINCT FROM $4::integer
    """

private let keepStatement: Statement = """
    DELETE FROM shop.factor_block AS block USING shop.model
    WHERE model.id = $1 AND block.model_id = model.id AND block.iteration IS DISTINCT FROM
        CASE block.side WHEN 'user' THEN model.user_iteration ELSE model.item_iteration END
    """

/// Factors of one fixed block, with its part of the Gramian.
struct FactorBlock: Sendable {
    let block: Int
    let factors: FactorMatrix
    let gramian: Gramian

    /// - Parameter factors: rounded as they are kept, so that the Gramian is that of what others read.
    init(block: Int, factors: FactorMatrix) {
        self.block = block
        self.factors = factors
        gramian = Gramian(partOf: factors, rows: 0..<factors.rows)
    }

    /// The blocks of a whole side.
    static func blocks(of factors: FactorMatrix) -> [FactorBlock] {
        let blocks = RowBlocks(rows: factors.rows)
        return (0..<blocks.count).map { FactorBlock(block: $0, factors: factors.block(of: blocks[$0])) }
    }
}

extension Session {
    /// Writes blocks of a half-iteration.
    func saveFactors(
        _ parts: [FactorBlock], model: Int64, half: HalfIteration, precision: FactorPrecision
    ) async throws {
        for range in parts.indices.batches {
            let batch = parts[range]
            try await execute(
                saveStatement, model, half.side.rawValue, half.iteration, batch.map(\.block),
                batch.map { $0.factors.serialized(as: precision) }, batch.map { $0.gramian.serialized() })
        }
    }

    /// Reads a run of blocks of a half-iteration, in order.
    ///
    /// - Throws: `PermanentFailure` when one is missing or damaged.
    func factorBlocks(
        of model: TrainingModel, half: HalfIteration, blocks: Range<Int>
    ) async throws -> [FactorMatrix] {
        let precision = model.plan.arguments.transfer
        var found: [FactorMatrix] = []
        for range in blocks.batches {
            let rows = try await query(
                loadStatement, model.id, half.side.rawValue, half.iteration, range.lowerBound, range.upperBound)
            for row in rows {
                let bytes: [UInt8] = try row[0]
                found.append(try permanently { try FactorMatrix(serialized: bytes, as: precision) })
            }
        }
        guard found.count == blocks.count else {
            throw MissingBlocks(
                what: half.title, model: model.id, found: found.count, expected: blocks.count
            ).failure
        }
        return found
    }

    /// Reads all factors of a half-iteration.
    ///
    /// - Throws: `PermanentFailure` when a block is missing or damaged.
    func factors(of model: TrainingModel, half: HalfIteration) async throws -> FactorMatrix {
        let rows = model.rows(of: half.side)
        let blocks = try await factorBlocks(of: model, half: half, blocks: 0..<RowBlocks(rows: rows).count)
        return try permanently { try FactorMatrix(joining: blocks) }
    }

    /// Removes the blocks of a side from before an iteration, except those of the best one.
    func dropFactors(model: Int64, before half: HalfIteration, keeping best: Int?) async throws {
        try await execute(dropStatement, model, half.side.rawValue, half.iteration, best)
    }

    /// Removes all blocks but those that a model consists of.
    func dropFactors(besidesThoseOf model: Int64) async throws {
        try await execute(keepStatement, model)
    }
}
