/// One row of an import file, as a view into the parser's memory: a row of CSV, or the wanted values of a line of JSON.
///
/// Valid only inside the closure that receives it; the pointers in it keep it from leaving the task.
struct RawRecord {
    /// Where a field stands, without its quotes; doubled quotes are already single.
    struct Range {
        var start: Int
        var end: Int
        var hasDoubledQuotes = false
    }

    let base: UnsafePointer<UInt8>
    let ranges: UnsafeBufferPointer<Range>
    /// The line on which the row begins.
    let line: Int
    /// The row as it stands in the file, where it is no CSV.
    var rawText: UnsafeBufferPointer<UInt8>?
    /// For each column of the format where its text is: an index into `ranges`, ``absent``, or below that a constant of the
    /// rules; `nil` means the file's own order.
    var positions: UnsafeBufferPointer<Int>?
    /// What a map says about the columns; outlives the record, so it is not counted.
    unowned(unsafe) var rules: FieldRules?

    /// The position of a column that the file lacks.
    static let absent = -1

    /// The position of a constant of the rules.
    static func position(ofConstant number: Int) -> Int { absent - 1 - number }

    /// Fields in the row.
    var count: Int { ranges.count }

    /// The field of an expected column; empty for an optional column that the file lacks.
    subscript(column: Int) -> RawField {
        let field = field(column)
        guard let rules else { return field }
        return rules.read(field, column: column)
    }

    private func field(_ column: Int) -> RawField {
        var index = column
        if let positions {
            index = positions[column]
            guard index >= 0 else {
                if index < Self.absent, let rules { return rules.constant(Self.absent - 1 - index) }
                return RawField(bytes: UnsafeBufferPointer(start: base, count: 0))
            }
        }
        let range = ranges[index]
        return RawField(bytes: UnsafeBufferPointer(start: base + range.start, count: range.end - range.start))
    }

    /// The row as it stands in the file, or written as CSV again in the file's order; cut to `limit` bytes.
    func text(limit: Int) -> String {
        if let rawText { return String(decoding: rawText.prefix(limit), as: UTF8.self) }
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
struct BrokenRow {
    let line: Int
    let reason: RejectReason
    /// What is at fault within it, where that has a name: a key of an object.
    var name: String?
    /// The number of the field at fault, in the order of the file's own fields.
    var slot: Int?
    /// The row's first physical line.
    let firstLine: UnsafeBufferPointer<UInt8>
}

/// What a parser finds, in the order of the file.
enum RawRow {
    case record(RawRecord)
    case broken(BrokenRow)
}
