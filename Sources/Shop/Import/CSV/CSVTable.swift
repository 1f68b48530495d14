/// Turns the bytes of one CSV file into typed rows, piece by piece, without any input or output of its own.
struct CSVTable<Format: RowFormat>: Sendable {
    private let file: String
    private let layout: FileLayout?
    private let hasHeader: Bool
    private var parser: CSVParser
    private var header: CSVHeader?
    /// The format with what it has learnt so far.
    private(set) var format: Format

    /// - Parameters:
    ///   - file: the name that errors carry.
    ///   - format: what the file is to be read as.
    ///   - dialect: its signs.
    ///   - layout: which column is which; by default those of the format, by their names, and no others.
    init(file: String, format: Format, dialect: CSVDialect = CSVDialect(), layout: FileLayout? = nil) {
        self.file = file
        self.format = format
        self.layout = layout
        hasHeader = dialect.hasHeader
        parser = CSVParser(dialect)
    }

    /// Reads the rows that are complete after this piece into the batch.
    ///
    /// - Throws: ``CSVHeaderError`` when the first line does not name the format's columns, ``ImportMapErrors`` when the
    ///   file lacks some that the map names.
    mutating func read(_ chunk: [UInt8], into batch: inout RowBatch<Format.Row>) throws {
        parser.append(chunk)
        try parse(isLast: false, into: &batch)
    }

    /// Reads what is left when the file has ended.
    ///
    /// - Throws: the same, and ``CSVHeaderError`` when the file is empty.
    mutating func finish(into batch: inout RowBatch<Format.Row>) throws {
        try parse(isLast: true, into: &batch)
        if header == nil { _ = try CSVHeader(file: file, names: [], expected: Format.columns) }
    }

    private mutating func parse(isLast: Bool, into batch: inout RowBatch<Format.Row>) throws {
        if header == nil { header = try readHeader(isLast: isLast) }
        guard let header else { return }
        Self.parse(&parser, &format, header: header, layout: layout, file: file, isLast: isLast, into: &batch)
    }

    /// The header; `nil` while the first row is not complete.
    private mutating func readHeader(isLast: Bool) throws -> CSVHeader? {
        var names: [String]?
        func note(_ row: RawRow) {
            switch row {
            case .record(let record): names = (0..<record.count).map { record[$0].string }
            case .broken(let row): names = [String(decoding: row.firstLine.prefix(200), as: UTF8.self)]
            }
        }
        if hasHeader {
            parser.parse(rows: 1, isLast: isLast, note)
        } else {
            // The first row is data: looked at in a copy, and read again.
            var copy = parser
            copy.parse(rows: 1, isLast: isLast, note)
        }
        guard let names else { return nil }
        guard let layout else { return try CSVHeader(file: file, names: names, expected: Format.columns) }
        return try CSVHeader(
            file: file, names: hasHeader ? names : [], width: names.count, layout: layout, columns: Format.columns)
    }

    private static func parse(
        _ parser: inout CSVParser, _ format: inout Format, header: CSVHeader, layout: FileLayout?, file: String,
        isLast: Bool, into batch: inout RowBatch<Format.Row>
    ) {
        let rules = layout?.rules
        header.positions.withUnsafeBufferPointer { positions in
            parser.parse(isLast: isLast) { row in
                guard case .record(var record) = row else { return batch.take(row, as: &format, file: file) }
                record.positions = positions
                record.rules = rules
                batch.take(.record(record), as: &format, file: file)
            }
        }
    }
}
