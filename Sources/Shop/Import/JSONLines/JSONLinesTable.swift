/// Turns the bytes of one file of JSON lines into typed rows, piece by piece, without any input or output of its own.
struct JSONLinesTable<Format: RowFormat>: Sendable {
    private let file: String
    private let positions: [Int]
    private let rules: FieldRules?
    /// For each wanted value the name of the first column that takes it, for messages.
    private let names: [String]
    private var parser: JSONLinesParser
    /// The format with what it has learnt so far.
    private(set) var format: Format

    /// - Parameters:
    ///   - file: the name that errors carry.
    ///   - format: what the file is to be read as.
    ///   - layout: which path is which column; by default each column is a key of its own name, and there are no others.
    init(file: String, format: Format, layout: FileLayout? = nil) {
        self.file = file
        self.format = format
        rules = layout?.rules
        let sources =
            layout?.sources ?? Format.columns.map { .path(JSONPath(key: $0.name)) }
        let tree = JSONPathTree(sources.compactMap(\.path))
        var slots = tree.slots.makeIterator()
        let positions = sources.map { source in source.position { slots.next() ?? RawRecord.absent } }
        self.positions = positions
        names = (0..<tree.slotCount).map { slot in
            positions.firstIndex(of: slot).map { Format.columns[$0].name } ?? ""
        }
        parser = JSONLinesParser(tree, requiresKnownKeys: layout == nil)
    }

    /// Reads the lines that are complete after this piece into the batch.
    mutating func read(_ chunk: [UInt8], into batch: inout RowBatch<Format.Row>) {
        parser.append(chunk)
        parse(isLast: false, into: &batch)
    }

    /// Reads what is left when the file has ended.
    mutating func finish(into batch: inout RowBatch<Format.Row>) {
        parse(isLast: true, into: &batch)
    }

    private mutating func parse(isLast: Bool, into batch: inout RowBatch<Format.Row>) {
        Self.parse(&parser, &format, Columns(positions: positions, rules: rules, names: names), file, isLast, &batch)
    }

    /// What does not change from line to line.
    private struct Columns {
        let positions: [Int]
        let rules: FieldRules?
        let names: [String]
    }

    private static func parse(
        _ parser: inout JSONLinesParser, _ format: inout Format, _ columns: Columns, _ file: String, _ isLast: Bool,
        _ batch: inout RowBatch<Format.Row>
    ) {
        columns.positions.withUnsafeBufferPointer { positions in
            parser.parse(isLast: isLast) { row in
                switch row {
                case .record(var record):
                    record.positions = positions
                    record.rules = columns.rules
                    batch.take(.record(record), as: &format, file: file)
                case .broken(var broken):
                    broken.name = broken.slot.map { columns.names[$0] } ?? broken.name
                    batch.take(.broken(broken), as: &format, file: file)
                }
            }
        }
    }
}
