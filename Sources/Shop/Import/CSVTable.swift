/// A kind of CSV file: its columns, and how one row becomes a typed value.
protocol CSVFormat: Sendable {
    associatedtype Row: Sendable

    /// The columns, in the order in which ``row(_:)`` numbers them.
    static var columns: [CSVColumn] { get }

    /// Reads one row; may keep what it learns about the whole file.
    mutating func row(_ record: CSVRecord) throws(CSVRowProblem) -> Row
}

/// What is wrong with a row, and in which column.
struct CSVRowProblem: Error {
    let reason: RejectReason
    /// Number of the column in the format's order; `nil` when the row as a whole is at fault.
    let column: Int?

    init(_ reason: RejectReason, column: Int? = nil) {
        self.reason = reason
        self.column = column
    }
}

/// Rows that were read together.
struct CSVBatch<Row: Sendable>: Sendable {
    /// Rows that were read, in the order of the file.
    var rows: [Row] = []
    /// The line on which each of them begins.
    var lines: [Int] = []
    /// Rows that were not, in the order of the file.
    var rejected: [RejectedRow] = []
    /// Bytes of the file (before unpacking) read so far.
    var fileBytesRead = 0
    /// Size of the file in bytes; `nil` for pipes.
    var fileBytesTotal: Int?
}

/// Turns the bytes of one file into typed rows, piece by piece, without any input or output of its own.
struct CSVTable<Format: CSVFormat>: Sendable {
    private let file: String
    private var parser = CSVParser()
    private var header: CSVHeader?
    /// The format with what it has learnt so far.
    private(set) var format: Format

    private static var longestRejectedText: Int { 4096 }

    /// - Parameters:
    ///   - file: the name that errors carry.
    ///   - format: what the file is to be read as.
    init(file: String, format: Format) {
        self.file = file
        self.format = format
    }

    /// Reads the rows that are complete after this piece into the batch.
    ///
    /// - Throws: ``CSVHeaderError`` when the first line does not name the format's columns.
    mutating func read(_ chunk: [UInt8], into batch: inout CSVBatch<Format.Row>) throws(CSVHeaderError) {
        parser.append(chunk)
        try parse(isLast: false, into: &batch)
    }

    /// Reads what is left when the file has ended.
    ///
    /// - Throws: ``CSVHeaderError``, also when the file is empty.
    mutating func finish(into batch: inout CSVBatch<Format.Row>) throws(CSVHeaderError) {
        try parse(isLast: true, into: &batch)
        if header == nil { _ = try CSVHeader(file: file, names: [], expected: Format.columns) }
    }

    private mutating func parse(isLast: Bool, into batch: inout CSVBatch<Format.Row>) throws(CSVHeaderError) {
        if header == nil {
            var names: [String]?
            parser.parse(rows: 1, isLast: isLast) { row in
                switch row {
                case .record(let record): names = (0..<record.count).map { record[$0].string }
                case .broken(let row): names = [String(decoding: row.firstLine.prefix(200), as: UTF8.self)]
                }
            }
            guard let names else { return }
            header = try CSVHeader(file: file, names: names, expected: Format.columns)
        }
        guard let header else { return }
        Self.parse(&parser, &format, header: header, file: file, isLast: isLast, into: &batch)
    }

    private static func parse(
        _ parser: inout CSVParser, _ format: inout Format, header: CSVHeader, file: String, isLast: Bool,
        into batch: inout CSVBatch<Format.Row>
    ) {
        header.positions.withUnsafeBufferPointer { positions in
            parser.parse(isLast: isLast) { row in
                switch row {
                case .record(var record):
                    record.positions = positions
                    do throws(CSVRowProblem) {
                        batch.rows.append(try format.row(record))
                        batch.lines.append(record.line)
                    } catch {
                        batch.rejected.append(
                            RejectedRow(
                                file: file, line: record.line, column: error.column.map { Format.columns[$0].name },
                                value: error.column.map { record[$0].string }, reason: error.reason,
                                text: record.text(limit: longestRejectedText)))
                    }
                case .broken(let row):
                    let text = String(decoding: row.firstLine.prefix(longestRejectedText), as: UTF8.self)
                    batch.rejected.append(
                        RejectedRow(
                            file: file, line: row.line, column: nil, value: nil, reason: row.reason,
                            text: text.hasSuffix("\r") ? String(text.dropLast()) : text))
                }
            }
        }
    }
}
