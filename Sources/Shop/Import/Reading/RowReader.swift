/// Reads a file from a ``ByteSource`` as batches of typed rows: CSV, or JSON lines.
///
/// ```swift
/// var reader = RowReader(ByteSource(path: path), format: OnlineRetail())
/// while let batch = try await reader.next() { … }
/// let catalog = reader.format.catalog
/// ```
///
/// Without a layout the first sign tells which of the two it is: JSON lines begin with a brace.
struct RowReader<Format: RowFormat>: Sendable {
    private let name: String
    private let untouched: Format
    private var chunks: ByteSource.AsyncIterator
    /// What came before the first sign.
    private var beginning: [UInt8] = []
    private var csv: CSVTable<Format>?
    private var json: JSONLinesTable<Format>?
    private var position = (read: 0, total: Int?.none)
    private var hasEnded = false

    /// The format with what it has learnt so far; complete when ``next()`` has returned `nil`.
    var format: Format { csv?.format ?? json?.format ?? untouched }

    /// Starts reading the source.
    ///
    /// - Parameter layout: how the file is written, when it has not the project's own columns.
    init(_ source: ByteSource, format: Format, layout: FileLayout? = nil) {
        name = source.name
        untouched = format
        chunks = source.makeAsyncIterator()
        switch layout?.syntax {
        case .csv(let dialect)?:
            csv = CSVTable(file: name, format: format, dialect: dialect, layout: layout)
        case .jsonLines?:
            json = JSONLinesTable(file: name, format: format, layout: layout)
        case nil: break
        }
    }

    /// The rows of the next chunk; `nil` at the end of the file. A batch may be empty.
    ///
    /// - Throws: ``ByteSourceError``, ``CSVHeaderError``, ``ImportMapErrors``, or `CancellationError`.
    mutating func next() async throws -> RowBatch<Format.Row>? {
        guard !hasEnded else { return nil }
        var batch = RowBatch<Format.Row>()
        if let chunk = try await chunks.next() {
            position = (chunk.fileBytesRead, chunk.fileBytesTotal)
            try read(chunk.bytes, into: &batch)
        } else {
            hasEnded = true
            if csv == nil, json == nil { csv = CSVTable(file: name, format: untouched) }
            try csv?.finish(into: &batch)
            json?.finish(into: &batch)
        }
        (batch.fileBytesRead, batch.fileBytesTotal) = position
        return batch
    }

    private mutating func read(_ chunk: [UInt8], into batch: inout RowBatch<Format.Row>) throws {
        var chunk = chunk
        if csv == nil, json == nil {
            beginning += chunk
            guard let first = beginning.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else { return }
            switch first {
            case UInt8(ascii: "{"): json = JSONLinesTable(file: name, format: untouched)
            case UInt8(ascii: "["): throw ByteSourceError(file: name, problem: .jsonArray)
            default: csv = CSVTable(file: name, format: untouched)
            }
            (chunk, beginning) = (beginning, [])
        }
        try csv?.read(chunk, into: &batch)
        json?.read(chunk, into: &batch)
    }
}
