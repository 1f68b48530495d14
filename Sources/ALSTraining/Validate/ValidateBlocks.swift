import Analytics

/// What one block of customers says about an iteration.
struct BlockValidation: Codable, Sendable, Equatable {
    let block: Int
    let sums: RankingSums
}

/// Customers of one block with what an iteration should hit, and what they must not be listed.
struct ValidationBlock: Sendable {
    let block: Int
    let validation: InteractionBlock
    /// Nil when they may be listed everything.
    let bought: InteractionBlock?
}

/// Lists items by an iteration's factors for the customers who gave an order to the validation, and compares.
///
/// - Parameters:
///   - blocks: some blocks of customers.
///   - users: the factors of each block's customers.
///   - items: all of them.
///   - k: length of the lists.
/// - Returns: sums of the blocks in which somebody validates, in the order given.
func validate(
    _ blocks: [ValidationBlock], users: [FactorMatrix], items: FactorMatrix, at k: Int, threads: Int,
    check: () throws -> Void
) throws -> [BlockValidation] {
    // Only the customers who validate are ranked for, all of them at once: making the items ready for it takes time.
    let rows = blocks.map { block in
        (0..<block.validation.rows).filter { block.validation.rowOffsets[$0] < block.validation.rowOffsets[$0 + 1] }
    }
    var factors: [Float] = []
    for (index, picked) in rows.enumerated() {
        for row in picked { factors.append(contentsOf: users[index][row]) }
    }
    guard !factors.isEmpty else { return [] }
    let excluded = try InteractionBlock(
        picking: zip(blocks, rows).flatMap { block, picked in
            block.bought.map { bought in picked.map { (bought, $0) } } ?? []
        })
    let lists = try topItems(
        users: try FactorMatrix(values: factors, rank: items.rank), items: items, count: k, excluding: excluded,
        threads: threads, check: check)
    var first = 0
    return try zip(blocks, rows).compactMap { block, picked in
        let own = (first..<first + picked.count).map { lists.list(ofRow: $0) }
        first += picked.count
        guard let heldOut = try InteractionBlock(picking: picked.map { (block.validation, $0) }) else { return nil }
        return try RankingSums(RankedLists(own), heldOut: heldOut, at: k)
            .map { BlockValidation(block: block.block, sums: $0) }
    }
}

extension InteractionBlock {
    /// Rows of several matrices as one from row 0; nil for none.
    fileprivate init?(picking rows: [(matrix: InteractionBlock, row: Int)]) throws(FactorizationError) {
        guard let columnCount = rows.first?.matrix.columnCount else { return nil }
        var offsets = [0]
        var columns: [Int32] = []
        var values: [Float] = []
        for (matrix, row) in rows {
            columns.append(contentsOf: matrix.columns(ofRow: row))
            values.append(contentsOf: matrix.values(ofRow: row))
            offsets.append(columns.count)
        }
        try self.init(columnCount: columnCount, rowOffsets: offsets, columns: columns, values: values)
    }
}
