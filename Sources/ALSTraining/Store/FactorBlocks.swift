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

/// Once a side is complete nobody reads its earlier iterations any more: the other side, which was solved from them, was
/// complete before this one began.
private let dropStatement: Statement = """
    DELETE FROM shop.factor_block WHERE model_id = $1 AND side = $2 AND iteration < $3
    """

/// Factors of one fixed block, with its part of the Gramian.
struct FactorBlock: Sendable {
    let block: Int
    let factors: FactorMatrix
    let gramian: Gramian

    init(block: Int, factors: FactorMatrix) {
        self.block = block
        self.factors = factors
        gramian = Gramian(partOf: factors, rows: 0..<factors.rows)
    }
}

extension Session {
    /// Writes blocks of a half-iteration.
    func saveFactors(_ parts: [FactorBlock], model: Int64, half: HalfIteration) async throws {
        for range in parts.indices.batches {
            let batch = parts[range]
            try await execute(
                saveStatement, model, half.side.rawValue, half.iteration, batch.map(\.block),
                batch.map { $0.factors.serialized() }, batch.map { $0.gramian.serialized() })
        }
    }

    /// Reads a run of blocks of a half-iteration, in order.
    ///
    /// - Throws: `PermanentFailure` when one is missing or damaged.
    func factorBlocks(
        model: Int64, half: HalfIteration, blocks: Range<Int>
    ) async throws -> [FactorMatrix] {
        let rows = try await query(
            loadStatement, model, half.side.rawValue, half.iteration, blocks.lowerBound,
            blocks.upperBound)
        guard rows.count == blocks.count else {
            throw MissingBlocks(
                what: "\(half.side.rawValue) factors, iteration \(half.iteration)", model: model, found: rows.count,
                expected: blocks.count
            ).failure
        }
        return try rows.map { row in
            let bytes: [UInt8] = try row[0]
            return try permanently { try FactorMatrix(serialized: bytes) }
        }
    }

    /// Reads all factors of a half-iteration.
    ///
    /// - Throws: `PermanentFailure` when a block is missing or damaged.
    func factors(of model: TrainingModel, half: HalfIteration) async throws -> FactorMatrix {
        let rows = model.rows(of: half.side)
        let blocks = try await factorBlocks(model: model.id, half: half, blocks: 0..<RowBlocks(rows: rows).count)
        return try permanently { try FactorMatrix(joining: blocks) }
    }

    /// Removes the blocks of a side from before an iteration.
    func dropFactors(model: Int64, before half: HalfIteration) async throws {
        try await execute(dropStatement, model, half.side.rawValue, half.iteration)
    }
}
