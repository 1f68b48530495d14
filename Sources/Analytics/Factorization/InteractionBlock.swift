/// Observed interactions of a run of rows in compressed sparse rows (CSR).
///
/// Row `r` of the block is row `firstRow + r` of the whole matrix; its interactions are `rowOffsets[r]..<rowOffsets[r+1]`.
/// Columns ascend strictly within a row; values are finite and positive (how often, how much, how long).
public struct InteractionBlock: Sendable, Equatable {
    /// The block's first row in the whole matrix.
    public let firstRow: Int
    /// Columns of the whole matrix; every column index is less.
    public let columnCount: Int
    /// `rows + 1` positions in `columns` and `values`.
    public let rowOffsets: [Int]
    /// Column of each interaction.
    public let columns: [Int32]
    /// Strength of each interaction.
    public let values: [Float]

    /// The number of rows in the block.
    public var rows: Int { rowOffsets.count - 1 }
    /// The number of interactions in the block.
    public var count: Int { columns.count }

    /// Takes CSR arrays after checking every rule above.
    ///
    /// - Throws: ``FactorizationError/invalidBlock(_:)`` naming the first broken rule.
    public init(
        firstRow: Int = 0, columnCount: Int, rowOffsets: [Int], columns: [Int32], values: [Float]
    ) throws(FactorizationError) {
        guard firstRow >= 0, columnCount >= 0, columnCount <= Int(Int32.max) else {
            throw .invalidBlock("first row \(firstRow) or column count \(columnCount) is out of range")
        }
        guard columns.count == values.count else {
            throw .invalidBlock("\(columns.count) columns but \(values.count) values")
        }
        guard rowOffsets.first == 0, rowOffsets.last == columns.count else {
            throw .invalidBlock("row offsets do not run from 0 to \(columns.count)")
        }
        for row in 0..<rowOffsets.count - 1 {
            guard rowOffsets[row] <= rowOffsets[row + 1], rowOffsets[row + 1] <= columns.count else {
                throw .invalidBlock("row offsets fall or overshoot at row \(firstRow + row)")
            }
            var previous: Int32 = -1
            for position in rowOffsets[row]..<rowOffsets[row + 1] {
                guard columns[position] > previous, Int(columns[position]) < columnCount else {
                    throw .invalidBlock(
                        "column \(columns[position]) in row \(firstRow + row) is repeated, unsorted or not below "
                            + "\(columnCount)")
                }
                guard values[position] > 0, values[position].isFinite else {
                    throw .invalidBlock(
                        "value \(values[position]) in row \(firstRow + row), column \(columns[position]) is not "
                            + "finite and positive")
                }
                previous = columns[position]
            }
        }
        self.init(
            unchecked: columns, values: values, rowOffsets: rowOffsets, firstRow: firstRow, columnCount: columnCount)
    }

    init(unchecked columns: [Int32], values: [Float], rowOffsets: [Int], firstRow: Int, columnCount: Int) {
        self.firstRow = firstRow
        self.columnCount = columnCount
        self.rowOffsets = rowOffsets
        self.columns = columns
        self.values = values
    }

    /// The columns of one row of the block, ascending.
    public func columns(ofRow row: Int) -> ArraySlice<Int32> { columns[rowOffsets[row]..<rowOffsets[row + 1]] }

    /// The values of one row of the block, in the order of its columns.
    public func values(ofRow row: Int) -> ArraySlice<Float> { values[rowOffsets[row]..<rowOffsets[row + 1]] }

    /// Whether a row of the block has a column.
    public func contains(row: Int, column: Int32) -> Bool {
        var low = rowOffsets[row]
        var high = rowOffsets[row + 1]
        while low < high {
            let middle = (low + high) / 2
            if columns[middle] < column { low = middle + 1 } else { high = middle }
        }
        return low < rowOffsets[row + 1] && columns[low] == column
    }

    /// A run of the block's rows as a block of its own; `range` counts rows of this block.
    public func block(of range: Range<Int>) -> InteractionBlock {
        let start = rowOffsets[range.lowerBound]
        let end = rowOffsets[range.upperBound]
        return InteractionBlock(
            unchecked: Array(columns[start..<end]), values: Array(values[start..<end]),
            rowOffsets: rowOffsets[range.lowerBound...range.upperBound].map { $0 - start },
            firstRow: firstRow + range.lowerBound, columnCount: columnCount)
    }
}
