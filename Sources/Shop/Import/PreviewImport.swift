/// The first rows of a file as they would be imported; nothing is changed, and no database is asked.
public struct ImportPreview: Sendable {
    /// Names of the columns.
    public let columns: [String]
    /// Rows that were read: the line on which each begins, and its values by column.
    public let rows: [(line: Int, cells: [String?])]
    /// Rows among them that would be left out. Whether items and customers are known only the import can tell.
    public let rejected: [RejectedRow]

    /// Reads as much of a file as the first rows take.
    ///
    /// - Parameters:
    ///   - path: a file, or `-` for standard input.
    ///   - target: what its rows are.
    ///   - encoding: what the file is written in; what the map says, or else UTF-8, when left out.
    ///   - map: how the file is written, when it has not the project's own columns.
    ///   - count: how many rows, those that would be left out included.
    /// - Throws: ``ByteSourceError``, ``CSVHeaderError``, ``ImportMapErrors``.
    public static func read(
        _ path: String, as target: ImportMap.Target, encoding: TextEncoding? = nil, map: ImportMap? = nil,
        rows count: Int = 10
    ) async throws -> ImportPreview {
        let source = ByteSource(path: path, encoding: encoding ?? map?.encoding ?? .utf8)
        return switch target {
        case .events: try await read(RowReader(source, format: EventFormat(), layout: map?.layout), count)
        case .items: try await read(RowReader(source, format: ItemFormat(), layout: map?.layout), count)
        case .customers: try await read(RowReader(source, format: CustomerFormat(), layout: map?.layout), count)
        }
    }

    private static func read<Format: ShownFormat>(
        _ reader: RowReader<Format>, _ count: Int
    ) async throws -> ImportPreview {
        var reader = reader
        var rows: [(line: Int, cells: [String?])] = []
        var rejected: [RejectedRow] = []
        while rows.count + rejected.count < count, let batch = try await reader.next() {
            rows += zip(batch.lines, batch.rows).lazy.prefix(count).map { ($0, Format.cells($1)) }
            rejected += batch.rejected.prefix(count)
        }
        // The two lists come in the order of the file; the first so many lines of both are shown.
        let lines = (rows.map(\.line) + rejected.map(\.line)).sorted().prefix(count)
        let last = lines.last ?? 0
        return ImportPreview(
            columns: Format.columns.map(\.name), rows: rows.filter { $0.line <= last },
            rejected: rejected.filter { $0.line <= last })
    }
}
