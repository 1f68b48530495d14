/// Rows that were read together.
struct RowBatch<Row: Sendable>: Sendable {
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

    private static var longestRejectedText: Int { 4096 }

    /// Takes what the parser found: a row as the format reads it, or a reject.
    @inline(__always)
    mutating func take<Format: RowFormat>(_ row: RawRow, as format: inout Format, file: String)
    where Format.Row == Row {
        switch row {
        case .record(let record):
            do throws(RowProblem) {
                rows.append(try format.row(record))
                lines.append(record.line)
            } catch {
                reject(record, error, columns: Format.columns, file: file)
            }
        case .broken(let row):
            let text = String(decoding: row.firstLine.prefix(Self.longestRejectedText), as: UTF8.self)
            rejected.append(
                RejectedRow(
                    file: file, line: row.line, column: row.name, value: nil, reason: row.reason,
                    text: text.hasSuffix("\r") ? String(text.dropLast()) : text))
        }
    }

    private mutating func reject(_ record: RawRecord, _ problem: RowProblem, columns: [ImportColumn], file: String) {
        rejected.append(
            RejectedRow(
                file: file, line: record.line, column: problem.column.map { columns[$0].name },
                value: problem.column.map { record[$0].string }, reason: problem.reason,
                text: record.text(limit: Self.longestRejectedText)))
    }
}
