/// Statements that are sent together; see ``Connection/pipeline(_:)``.
public struct PipelineBatch: Sendable {
    struct Item: Sendable {
        let text: String
        let parameters: [(any PostgresEncodable)?]
    }

    private(set) var items: [Item] = []

    /// Number of statements so far.
    public var count: Int { items.count }

    /// Adds one statement.
    public mutating func query(_ statement: Statement, _ parameters: (any PostgresEncodable)?...) {
        query(statement, parameters: parameters)
    }

    /// Adds one statement.
    public mutating func query(_ statement: Statement, parameters: [(any PostgresEncodable)?]) {
        items.append(Item(text: statement.text, parameters: parameters))
    }
}
