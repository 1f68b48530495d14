/// Reads a CSV file from a ``ByteSource`` as batches of typed rows.
///
/// ```swift
/// var reader = CSVReader(ByteSource(path: path), format: OnlineRetail())
/// while let batch = try await reader.next() { … }
/// let catalog = reader.format.catalog
/// ```
struct CSVReader<Format: CSVFormat>: Sendable {
    private var chunks: ByteSource.AsyncIterator
    private var table: CSVTable<Format>
    private var position = (read: 0, total: Int?.none)
    private var hasEnded = false

    /// The format with what it has learnt so far; complete when ``next()`` has returned `nil`.
    var format: Format { table.format }

    /// Starts reading the source.
    init(_ source: ByteSource, format: Format) {
        chunks = source.makeAsyncIterator()
        table = CSVTable(file: source.name, format: format)
    }

    /// The rows of the next chunk; `nil` at the end of the file. A batch may be empty.
    ///
    /// - Throws: ``ByteSourceError``, ``CSVHeaderError``, or `CancellationError`.
    mutating func next() async throws -> CSVBatch<Format.Row>? {
        guard !hasEnded else { return nil }
        var batch = CSVBatch<Format.Row>()
        if let chunk = try await chunks.next() {
            position = (chunk.fileBytesRead, chunk.fileBytesTotal)
            try table.read(chunk.bytes, into: &batch)
        } else {
            hasEnded = true
            try table.finish(into: &batch)
        }
        (batch.fileBytesRead, batch.fileBytesTotal) = position
        return batch
    }
}
