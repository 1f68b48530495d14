import Analytics
import Millrace
import Postgres

private let saveStatement: Statement = """
    INSERT INTO shop.interaction_block (model_id, side, block, data, columns)
    SELECT $1, $2, part.block, part.data, part.columns
    FROM unnest($3::bigint[], $4::bytea[], $5::bytea[]) AS part(block, data, columns)
    ON CONFLICT (model_id, side, block) DO UPDATE SET data = excluded.data, columns = excluded.columns
    """

private let loadStatement: Statement = """
    SELECT data FROM shop.interaction_block
    WHERE model_id = $1 AND side = $2 AND block >= $3 AND block < $4 ORDER BY block
    """

private let columnsStatement: Statement = """
    SELECT columns FROM shop.interaction_block
    WHERE model_id = $1 AND side = $2 AND block >= $3 AND block < $4 ORDER BY block
    """

/// What a block of interactions is for; the raw value is what `shop.interaction_block.side` holds.
enum InteractionRole: String, Sendable {
    case user, item, known, bought, validation
    case validationBought = "validation_bought"
    case heldOut = "held_out"

    init(_ side: Side) { self = side == .user ? .user : .item }
}

extension Session {
    /// Cuts a matrix into its fixed blocks and writes them, each with the columns that occur in it.
    func saveInteractions(_ matrix: InteractionBlock, model: Int64, role: InteractionRole) async throws {
        let blocks = RowBlocks(rows: matrix.rows)
        for range in (0..<blocks.count).interactionBatches {
            let parts = range.map { matrix.block(of: blocks[$0]) }
            try await execute(
                saveStatement, model, role.rawValue, Array(range), parts.map { $0.serialized() },
                parts.map { RowSubset(columnsOf: $0).serialized() })
        }
    }

    /// Reads a run of blocks, in order.
    ///
    /// - Throws: `PermanentFailure` when one is missing or damaged.
    func interactions(model: Int64, role: InteractionRole, blocks: Range<Int>) async throws -> [InteractionBlock] {
        try await read(loadStatement, model: model, role: role, blocks: blocks) { try InteractionBlock(serialized: $0) }
    }

    /// Reads which columns occur in a run of blocks.
    ///
    /// - Throws: `PermanentFailure` when a block is missing or damaged.
    func neededRows(model: Int64, role: InteractionRole, blocks: Range<Int>) async throws -> RowSubset {
        let subsets = try await read(columnsStatement, model: model, role: role, blocks: blocks) {
            try RowSubset(serialized: $0)
        }
        return try permanently { try RowSubset(joining: subsets) }
    }

    /// Reads what the customers of a run of blocks validate by.
    func validationBlocks(
        ofModel model: Int64, blocks: Range<Int>, excludesBought: Bool
    ) async throws -> [ValidationBlock] {
        let validation = try await interactions(model: model, role: .validation, blocks: blocks)
        let bought =
            excludesBought ? try await interactions(model: model, role: .validationBought, blocks: blocks) : nil
        return blocks.enumerated().map { index, block in
            ValidationBlock(block: block, validation: validation[index], bought: bought?[index])
        }
    }

    private func read<Value>(
        _ statement: Statement, model: Int64, role: InteractionRole, blocks: Range<Int>,
        _ decode: ([UInt8]) throws -> Value
    ) async throws -> [Value] {
        var values: [Value] = []
        for range in blocks.interactionBatches {
            for row in try await query(statement, model, role.rawValue, range.lowerBound, range.upperBound) {
                let bytes: [UInt8] = try row[0]
                values.append(try permanently { try decode(bytes) })
            }
        }
        guard values.count == blocks.count else {
            throw MissingBlocks(
                what: "\(role.rawValue) interactions", model: model, found: values.count, expected: blocks.count
            ).failure
        }
        return values
    }
}
