/// One observed interaction before sorting.
public struct Interaction: Sendable, Equatable {
    /// Row, for instance a customer.
    public var row: Int32
    /// Column, for instance an item.
    public var column: Int32
    /// Strength, finite and positive.
    public var value: Float

    /// An interaction of `row` with `column`.
    public init(row: Int32, column: Int32, value: Float) {
        self.row = row
        self.column = column
        self.value = value
    }
}

extension InteractionBlock {
    /// Sorts interactions into a block; repeated (row, column) pairs are added up in the order given.
    ///
    /// - Parameters:
    ///   - interactions: in any order.
    ///   - firstRow: first row of the block; every row index counts from the start of the whole matrix.
    ///   - rows: rows of the block, those without interactions included.
    ///   - columnCount: columns of the whole matrix.
    /// - Throws: ``FactorizationError/invalidBlock(_:)`` when an index or value is out of range.
    public init(
        _ interactions: [Interaction], firstRow: Int = 0, rows: Int, columnCount: Int
    ) throws(FactorizationError) {
        guard rows >= 0 else { throw .invalidBlock("a block of \(rows) rows") }
        var offsets = [Int](repeating: 0, count: rows + 1)
        for interaction in interactions {
            let row = Int(interaction.row) - firstRow
            guard row >= 0, row < rows else {
                throw .invalidBlock("row \(interaction.row) is outside \(firstRow)..<\(firstRow + rows)")
            }
            // Looked at before repeated pairs are added up: a sum may hide what is not positive.
            guard interaction.value > 0, interaction.value.isFinite else {
                throw .invalidBlock(
                    "value \(interaction.value) in row \(interaction.row), column \(interaction.column) is not finite and "
                        + "positive")
            }
            offsets[row + 1] += 1
        }
        for row in 0..<rows { offsets[row + 1] += offsets[row] }
        var next = offsets
        var order = [Int](repeating: 0, count: interactions.count)
        for (position, interaction) in interactions.enumerated() {
            let row = Int(interaction.row) - firstRow
            order[next[row]] = position
            next[row] += 1
        }
        var columns: [Int32] = []
        var values: [Float] = []
        columns.reserveCapacity(interactions.count)
        values.reserveCapacity(interactions.count)
        var merged = [0]
        merged.reserveCapacity(rows + 1)
        for row in 0..<rows {
            // Position breaks ties, so that repeated pairs add up in the order given.
            let sorted = order[offsets[row]..<offsets[row + 1]].sorted {
                (interactions[$0].column, $0) < (interactions[$1].column, $1)
            }
            for position in sorted {
                let interaction = interactions[position]
                if columns.count > merged[row], columns.last == interaction.column {
                    values[values.count - 1] += interaction.value
                } else {
                    columns.append(interaction.column)
                    values.append(interaction.value)
                }
            }
            merged.append(columns.count)
        }
        try self.init(
            firstRow: firstRow, columnCount: columnCount, rowOffsets: merged, columns: columns, values: values)
    }

    /// The same interactions by column: the other side's view of a whole matrix.
    ///
    /// - Returns: `columnCount × (firstRow + rows)`, from row 0.
    public func transposed() -> InteractionBlock {
        var offsets = [Int](repeating: 0, count: columnCount + 1)
        for column in columns { offsets[Int(column) + 1] += 1 }
        for column in 0..<columnCount { offsets[column + 1] += offsets[column] }
        var next = offsets
        var rowsOfColumns = [Int32](repeating: 0, count: count)
        var moved = [Float](repeating: 0, count: count)
        for row in 0..<rows {
            for position in rowOffsets[row]..<rowOffsets[row + 1] {
                let column = Int(columns[position])
                rowsOfColumns[next[column]] = Int32(firstRow + row)
                moved[next[column]] = values[position]
                next[column] += 1
            }
        }
        return InteractionBlock(
            unchecked: rowsOfColumns, values: moved, rowOffsets: offsets, firstRow: 0, columnCount: firstRow + rows)
    }
}
