package import Postgres

/// What a listing shows: named columns and rows of text, ready for a table, JSON or CSV.
public struct Listing: Sendable {
    /// What a column's text stands for.
    public enum Kind: Sendable {
        /// Words.
        case text
        /// A number, written as one in JSON.
        case number
        /// JSON text, spliced into JSON as it stands.
        case json
        /// A moment in RFC 3339.
        case time
        /// A length of time, in seconds.
        case duration
    }

    /// One column.
    public struct Column: Sendable {
        /// Its name, as in the view it comes from.
        public let name: String
        /// What its text stands for.
        public let kind: Kind

        /// A column by name and kind.
        public init(_ name: String, _ kind: Kind = .text) {
            self.name = name
            self.kind = kind
        }
    }

    /// The columns, left to right.
    public let columns: [Column]
    /// The rows; nil is SQL's NULL.
    public let rows: [[String?]]

    /// A listing by its columns and rows.
    public init(columns: [Column], rows: [[String?]]) {
        self.columns = columns
        self.rows = rows
    }

    /// The value of a column by its name; nil where it is empty, and where there is no such row or column.
    public func value(_ column: String, row: Int = 0) -> String? {
        guard rows.indices.contains(row), let index = columns.firstIndex(where: { $0.name == column }) else {
            return nil
        }
        return rows[row][index]
    }
}

extension Session {
    /// Runs a statement whose columns are all text.
    package func listing(
        _ columns: [Listing.Column], _ statement: Statement, _ parameters: (any PostgresEncodable)?...
    ) async throws -> Listing {
        let rows = try await query(statement, parameters: parameters)
        return Listing(
            columns: columns,
            rows: try rows.map { row in
                try columns.indices.map { index in
                    let value: String? = try row[index]
                    return value
                }
            })
    }
}
