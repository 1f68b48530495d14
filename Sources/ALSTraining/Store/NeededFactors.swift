import Analytics
import Millrace
import Postgres

/// Each part is cut out of the middle of an uncompressed value, of which the server reads the pages concerned and no
/// others.
private let cutStatement: Statement = """
    SELECT substring(stored.factors FROM part.first FOR part.length)
    FROM unnest($4::bigint[], $5::integer[], $6::integer[]) WITH ORDINALITY AS part(block, first, length, place)
    JOIN shop.factor_block AS stored
        ON stored.model_id = $1 AND stored.side = $2 AND stored.iteration = $3 AND stored.block = part.block
    ORDER BY part.place
    """

/// Rows of a factor matrix that a shard needs, as they lie in the blocks.
struct FactorCuts: Equatable {
    /// One contiguous piece of a block.
    struct Cut: Equatable {
        let block: Int
        /// Rows of the whole matrix; some of them may not be needed.
        let rows: Range<Int>
    }

    /// When the pieces come to more than this share of all rows, all are read: whole blocks are read so much faster, and
    /// serve the next shard as well. Measured; see docs/training.md.
    static let mostShare = 0.1
    /// Bytes between two needed rows that are cheaper to read than to begin another piece. Measured; see
    /// docs/training.md.
    static let gapBytes = 2048

    let cuts: [Cut]

    /// Rows that are read.
    var rows: Int { cuts.reduce(0) { $0 + $1.rows.count } }

    /// - Parameters:
    ///   - needed: rows of the side.
    ///   - rowBytes: bytes of a row.
    init(_ needed: RowSubset, rowBytes: Int) {
        let blocks = RowBlocks(rows: needed.total)
        cuts = needed.runs(joiningGapsUpTo: Self.gapBytes / max(1, rowBytes)).flatMap { run in
            let first = run.lowerBound / blocks.rowsPerBlock
            let last = (run.upperBound - 1) / blocks.rowsPerBlock
            return (first...last).map { Cut(block: $0, rows: run.clamped(to: blocks[$0])) }
        }
    }
}

extension Session {
    /// Reads the rows of a subset and no others, but for small gaps, as a matrix of the subset's rows.
    ///
    /// - Throws: `PermanentFailure` when a block is missing or damaged.
    func factors(of model: TrainingModel, half: HalfIteration, rows needed: RowSubset) async throws -> FactorMatrix {
        let (rank, precision) = (model.plan.arguments.factors, model.plan.arguments.transfer)
        let rowBytes = rank * precision.size
        let blocks = RowBlocks(rows: needed.total)
        let cuts = FactorCuts(needed, rowBytes: rowBytes).cuts
        var values: [Float] = []
        values.reserveCapacity(needed.count * rank)
        for start in stride(from: 0, to: cuts.count, by: 2048) {
            let batch = cuts[start..<min(start + 2048, cuts.count)]
            let rows = try await query(
                cutStatement, model.id, half.side.rawValue, half.iteration, batch.map(\.block),
                batch.map { cut in
                    Int32(
                        1 + FactorMatrix.serializedHeaderSize
                            + (cut.rows.lowerBound - blocks[cut.block].lowerBound) * rowBytes)
                }, batch.map { Int32($0.rows.count * rowBytes) })
            guard rows.count == batch.count else {
                throw MissingBlocks(what: half.title, model: model.id, found: rows.count, expected: batch.count).failure
            }
            for (row, cut) in zip(rows, batch) {
                let bytes: [UInt8] = try row[0]
                try permanently {
                    try FactorMatrix.append(
                        rows: cut.rows, of: needed, from: bytes, rank: rank, as: precision, to: &values)
                }
            }
        }
        return try permanently { try FactorMatrix(values: values, rank: rank) }
    }
}

extension FactorMatrix {
    /// Appends those rows of a piece that are needed.
    fileprivate static func append(
        rows: Range<Int>, of needed: RowSubset, from bytes: [UInt8], rank: Int, as precision: FactorPrecision,
        to values: inout [Float]
    ) throws {
        var piece: [Float] = []
        try appendRows(bytes, count: rows.count * rank, as: precision, to: &piece)
        for run in needed.runs(in: rows) {
            values.append(
                contentsOf: piece[(run.lowerBound - rows.lowerBound) * rank..<(run.upperBound - rows.lowerBound) * rank]
            )
        }
    }
}
