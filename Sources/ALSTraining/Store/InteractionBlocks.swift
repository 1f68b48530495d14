import Analytics
import Millrace
import Postgres

private let saveStatement: Statement = """
    INSERT INTO shop.interaction_block (model_id, side, block, data)
    SELECT $1, $2, part.block, part.data FROM unnest($3::bigint[], $4::bytea[]) AS part(block, data)
    ON CONFLICT (model_id, side, block) DO UPDATE SET data = excluded.data
    """

private let loadStatement: Statement = """
    SELECT data FROM shop.interaction_block
    WHERE model_id = $1 AND side = $2 AND block >= $3 AND block < $4 ORDER BY block
    """

/// What a block of interactions is for; the raw value is what `shop.interaction_block.side` holds.
enum InteractionRole: String, Sendable {
    case user, item, bought
    case heldOut = "held_out"

    init(_ side: Side) { self = side == .user ? .user : .item }
}

extension Session {
    /// Cuts a matrix into its fixed blocks and writes them.
    func saveInteractions(_ matrix: InteractionBlock, model: Int64, role: InteractionRole) async throws {
        let blocks = RowBlocks(rows: matrix.rows)
        for range in (0..<blocks.count).batches {
            try await execute(
                saveStatement, model, role.rawValue, Array(range),
                range.map { matrix.block(of: blocks[$0]).serialized() })
        }
    }

    /// Reads a run of blocks, in order.
    ///
    /// - Throws: `PermanentFailure` when one is missing or damaged.
    func interactions(model: Int64, role: InteractionRole, blocks: Range<Int>) async throws -> [InteractionBlock] {
        let rows = try await query(
            loadStatement, model, role.rawValue, blocks.lowerBound, blocks.upperBound)
        guard rows.count == blocks.count else {
            throw MissingBlocks(
                what: "\(role.rawValue) interactions", model: model, found: rows.count, expected: blocks.count
            ).failure
        }
        return try rows.map { row in
            let bytes: [UInt8] = try row[0]
            return try permanently { try InteractionBlock(serialized: bytes) }
        }
    }
}

extension InteractionBlock {
    /// Joins blocks that follow each other.
    init(joining blocks: [InteractionBlock]) throws(FactorizationError) {
        guard let first = blocks.first else { throw .mismatch("no blocks to join") }
        var offsets = [0]
        var columns: [Int32] = []
        var values: [Float] = []
        for block in blocks {
            let start = columns.count
            offsets.append(contentsOf: block.rowOffsets.dropFirst().map { $0 + start })
            columns.append(contentsOf: block.columns)
            values.append(contentsOf: block.values)
        }
        try self.init(
            firstRow: first.firstRow, columnCount: first.columnCount, rowOffsets: offsets, columns: columns,
            values: values)
    }
}
