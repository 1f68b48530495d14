/// One row of a CSV file, as a view into the parser's buffer.
///
/// Valid only inside the closure that receives it; the pointers in it keep it from leaving the task.
struct CSVRecord {
    /// Where a field stands, without its quotes; doubled quotes are already single.
    struct Range {
        var start: Int
        var end: Int
        var hasDoubledQuotes: Bool
    }

    let base: UnsafePointer<UInt8>
    let ranges: UnsafeBufferPointer<Range>
    /// The line on which the row begins.
    let line: Int
    /// Field index of each expected column, or −1; `nil` means the file's own order.
    var positions: UnsafeBufferPointer<Int>?

    /// Fields in the row.
    var count: Int { ranges.count }

    /// The field of an expected column; empty for an optional column that the file lacks.
    subscript(column: Int) -> CSVField {
        var index = column
        if let positions {
            index = positions[column]
            if index < 0 { return CSVField(bytes: UnsafeBufferPointer(start: base, count: 0)) }
        }
        let range = ranges[index]
        return CSVField(bytes: UnsafeBufferPointer(start: base + range.start, count: range.end - range.start))
    }

    /// The row written as CSV again, in the file's order, cut to `limit` bytes.
    func text(limit: Int) -> String {
        var output: [UInt8] = []
        for index in ranges.indices {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            let range = ranges[index]
            output.appendCSV(UnsafeBufferPointer(start: base + range.start, count: range.end - range.start))
            if output.count > limit { break }
        }
        return String(decoding: output.prefix(limit), as: UTF8.self)
    }
}

/// A row that the parser could not read.
struct CSVBrokenRow {
    let line: Int
    let reason: RejectReason
    /// The row's first physical line.
    let firstLine: UnsafeBufferPointer<UInt8>
}

/// What the parser finds, in the order of the file.
enum CSVRow {
    case record(CSVRecord)
    case broken(CSVBrokenRow)
}
