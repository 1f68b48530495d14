/// Some rows of a matrix: those of the other side that a block of interactions touches.
///
/// One bit for each row of the matrix. The rows of the subset in ascending order make a smaller matrix, which
/// ``InteractionBlock/renumbered(by:)`` fits to; solving from it gives the same bytes as solving from all rows.
public struct RowSubset: Sendable, Equatable {
    /// Rows of the whole matrix.
    public let total: Int
    /// Rows of the subset.
    public let count: Int
    /// Bit r % 64 of word r / 64 stands for row r.
    private let words: [UInt64]

    /// The rows that a block has in its columns.
    public init(columnsOf block: InteractionBlock) {
        var words = [UInt64](repeating: 0, count: (block.columnCount + 63) / 64)
        for column in block.columns { words[Int(column) / 64] |= 1 << (UInt64(column) % 64) }
        self.init(total: block.columnCount, words: words)
    }

    /// The rows that one of several subsets of the same matrix has.
    ///
    /// - Throws: ``FactorizationError/mismatch(_:)`` when they are not of one matrix, or there is none.
    public init(joining subsets: [RowSubset]) throws(FactorizationError) {
        guard let total = subsets.first?.total, subsets.allSatisfy({ $0.total == total }) else {
            throw .mismatch("subsets of \(subsets.map(\.total)) rows")
        }
        var words = [UInt64](repeating: 0, count: (total + 63) / 64)
        for subset in subsets {
            for index in words.indices { words[index] |= subset.words[index] }
        }
        self.init(total: total, words: words)
    }

    private init(total: Int, words: [UInt64]) {
        self.total = total
        self.words = words
        count = words.reduce(0) { $0 + $1.nonzeroBitCount }
    }

    /// Whether a row of the matrix is in it.
    public func contains(_ row: Int) -> Bool { words[row / 64] & (1 << (UInt64(row) % 64)) != 0 }

    /// Its rows as runs, in ascending order.
    ///
    /// - Parameter gap: rows that are not in it and may lie between two rows of a run; 0 for runs of its rows alone.
    public func runs(joiningGapsUpTo gap: Int = 0) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for row in rows {
            if let last = runs.last, row - last.upperBound <= gap {
                runs[runs.count - 1] = last.lowerBound..<row + 1
            } else {
                runs.append(row..<row + 1)
            }
        }
        return runs
    }

    /// The runs of its rows within a range of the matrix.
    public func runs(in range: Range<Int>) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var row = range.lowerBound
        while row < range.upperBound {
            let first = row
            while row < range.upperBound, contains(row) { row += 1 }
            if row > first { runs.append(first..<row) } else { row += 1 }
        }
        return runs
    }

    /// Its rows, ascending.
    public var rows: [Int] {
        var rows: [Int] = []
        rows.reserveCapacity(count)
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                rows.append(index * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return rows
    }

    /// For each row of the matrix its place among the subset's rows; −1 for rows that are not in it.
    var places: [Int32] {
        var places = [Int32](repeating: -1, count: total)
        for (place, row) in rows.enumerated() { places[row] = Int32(place) }
        return places
    }

    /// Little-endian bytes for a `bytea` column: `MROW`, version 1, rows of the matrix as a 64-bit count, the bits in
    /// words of 64.
    public func serialized() -> [UInt8] {
        var writer = ByteWriter(kind: "MROW", capacity: 8 + 8 * words.count)
        writer.append(total)
        for word in words { writer.append(bits: word) }
        return writer.bytes
    }

    /// Reads ``serialized()`` back.
    ///
    /// - Throws: ``SerializationError`` when the bytes are cut, of another kind, or have rows beyond the matrix.
    public init(serialized bytes: [UInt8]) throws(SerializationError) {
        var reader = try ByteReader(bytes, kind: "MROW", name: "subset of rows")
        let total = try reader.count()
        guard total <= Int(Int32.max) else { throw .invalidContent("a subset of \(total) rows") }
        let words = try reader.words((total + 63) / 64)
        try reader.finish()
        if let last = words.last, total % 64 != 0, last >> UInt64(total % 64) != 0 {
            throw .invalidContent("a subset with rows beyond \(total)")
        }
        self.init(total: total, words: words)
    }
}

extension InteractionBlock {
    /// The same interactions with columns counted among the rows of a subset.
    ///
    /// - Throws: ``FactorizationError/mismatch(_:)`` when the subset is of another matrix or lacks a column.
    public func renumbered(by subset: RowSubset) throws(FactorizationError) -> InteractionBlock {
        guard subset.total == columnCount else {
            throw .mismatch("a subset of \(subset.total) rows for \(columnCount) columns")
        }
        let places = subset.places
        let renumbered = columns.map { places[Int($0)] }
        if let missing = renumbered.firstIndex(of: -1) {
            throw .mismatch("column \(columns[missing]) is not among the \(subset.count) rows of the subset")
        }
        return InteractionBlock(
            unchecked: renumbered, values: values, rowOffsets: rowOffsets, firstRow: firstRow, columnCount: subset.count
        )
    }
}
