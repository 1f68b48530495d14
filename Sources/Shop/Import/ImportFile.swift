import Postgres

/// What an import is given and tells.
public struct ImportProgress: Sendable {
    /// Rows read so far.
    public let rows: Int
    /// Bytes of the file read so far, as it stands on disk.
    public let fileBytesRead: Int
    /// Its size; nil for pipes.
    public let fileBytesTotal: Int?
}

/// What came of an import.
public struct ImportSummary: Sendable {
    /// Its number in `shop.import`.
    public let id: Int
    /// Rows read, without the header.
    public let rowsRead: Int
    /// Rows that went in.
    public let rowsKept: Int
    /// Rows that did not, by reason; they are kept in `shop.import_reject`.
    public let rejected: [RejectReason: Int]
    /// The first few of them, for people.
    public let examples: [RejectedRow]

    /// Rows that did not go in.
    public var rowsRejected: Int { rejected.values.reduce(0, +) }
}

/// A file whose bytes were imported before, as the same kind of rows.
public struct AlreadyImported: Error, CustomStringConvertible {
    /// The file as the user named it.
    public let file: String
    /// The number of the import that took it.
    public let importID: Int

    /// What happened and the way out.
    public var description: String {
        "\(file) was imported before, as import \(importID); nothing was changed  →  import a file with new rows, or use an "
            + "empty database"
    }
}

/// One import may write at a time: each needs to know the codes that the others have added.
private let lockStatement: Statement = "SELECT pg_advisory_xact_lock(hashtext('shop.import'))"
private let knownStatement: Statement = "SELECT id FROM shop.import WHERE sha256 = $1 AND format = $2"
private let numberStatement: Statement = "SELECT nextval(pg_get_serial_sequence('shop.import', 'id'))"
private let recordStatement: Statement = """
    INSERT INTO shop.import (id, file, format, sha256, rows_read, rows_kept, rows_rejected)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    """
private let rejectStatement: Statement = """
    INSERT INTO shop.import_reject (import_id, line, reason, content)
    SELECT $1, reject.line, reject.reason, reject.content
    FROM unnest($2::bigint[], $3::text[], $4::text[]) AS reject(line, reason, content)
    ON CONFLICT DO NOTHING
    """
private let analyzeStatement: Statement = "ANALYZE shop.event, shop.item, shop.customer"

/// One import on its way: its number, its counts, and what it rejected.
struct ImportRecord: Sendable {
    let id: Int
    let file: String
    let format: String
    let sha256: [UInt8]?
    private(set) var rowsKept = 0
    private(set) var rejectedRows: [RejectedRow] = []
    private var rejected: [RejectReason: Int] = [:]

    /// Begins an import in a transaction, after others that are on their way.
    ///
    /// - Throws: ``AlreadyImported``.
    init(file: String, format: String, sha256: [UInt8]?, on transaction: Transaction) async throws {
        try await transaction.execute(lockStatement)
        if let sha256, let row = try await transaction.first(knownStatement, sha256, format) {
            throw AlreadyImported(file: file, importID: try row[0])
        }
        id = try await transaction.query(numberStatement)[0][0]
        self.file = file
        self.format = format
        self.sha256 = sha256
    }

    var rowsRead: Int { rowsKept + rejectedRows.count }

    mutating func keep(_ count: Int) {
        rowsKept += count
    }

    mutating func reject(_ rows: [RejectedRow]) {
        for row in rows { rejected[row.reason, default: 0] += 1 }
        rejectedRows.append(contentsOf: rows)
    }

    /// Writes the import and its rejects.
    func finish(on transaction: Transaction) async throws -> ImportSummary {
        try await transaction.execute(
            recordStatement, Int32(id), file, format, sha256, Int64(rowsRead), Int64(rowsKept),
            Int64(rejectedRows.count))
        for start in stride(from: 0, to: rejectedRows.count, by: 5000) {
            let part = rejectedRows[start..<min(start + 5000, rejectedRows.count)]
            try await transaction.execute(
                rejectStatement, Int32(id), part.map { Int64($0.line) },
                part.map { row in (row.column.map { "\($0): " } ?? "") + row.reason.rawValue },
                part.map { $0.text.replacing("\0", with: "") })
        }
        return ImportSummary(
            id: id, rowsRead: rowsRead, rowsKept: rowsKept, rejected: rejected, examples: Array(rejectedRows.prefix(5)))
    }

    /// Tells the planner what the tables look like now.
    static func analyze(on session: some Session) async throws {
        try await session.execute(analyzeStatement)
    }
}
