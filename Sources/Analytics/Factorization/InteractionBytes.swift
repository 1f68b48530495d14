extension InteractionBlock {
    /// Little-endian bytes for a `bytea` column: `MINT`, version 1, first row, rows, columns of the matrix and
    /// interactions as 64-bit counts, row lengths and columns as Int32, values as Float32.
    ///
    /// A row holds at most as many interactions as the matrix has columns, so its length fits an Int32.
    public func serialized() -> [UInt8] {
        var writer = ByteWriter(kind: "MINT", capacity: 32 + 4 * rows + 8 * count)
        writer.append(firstRow)
        writer.append(rows)
        writer.append(columnCount)
        writer.append(count)
        writer.append((0..<rows).map { Int32(rowOffsets[$0 + 1] - rowOffsets[$0]) })
        writer.append(columns)
        writer.append(values)
        return writer.bytes
    }

    /// Reads ``serialized()`` back, with all checks of a new block.
    ///
    /// - Throws: ``SerializationError`` when the bytes are cut, of another kind, or break a rule of the block.
    public init(serialized bytes: [UInt8]) throws(SerializationError) {
        var reader = try ByteReader(bytes, kind: "MINT", name: "interaction block")
        let firstRow = try reader.count()
        let rows = try reader.count()
        let columnCount = try reader.count()
        let count = try reader.count()
        var offsets = [0]
        for length in try reader.int32s(rows) {
            guard length >= 0 else { throw .invalidContent("a row of \(length) interactions") }
            offsets.append((offsets.last ?? 0) + Int(length))
        }
        let columns = try reader.int32s(count)
        let values = try reader.floats(count)
        try reader.finish()
        do {
            try self.init(
                firstRow: firstRow, columnCount: columnCount, rowOffsets: offsets, columns: columns, values: values)
        } catch {
            throw .invalidContent("\(error)")
        }
    }
}
