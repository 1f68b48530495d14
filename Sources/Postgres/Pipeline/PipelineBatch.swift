/// Statements that are sent together; see ``Connection/pipeline(_:)``.
public struct PipelineBatch: Sendable {
    struct Item: Sendable {
        let text: String
        let parameters: [(any PostgresEncodable)?]
    }

    private(set) var items: [Item] = []
    /// Places in ``items`` that a transaction of its own begins at.
    private(set) var starts: Set<Int> = []

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

    /// Outside of a transaction: commits what was added so far. What is added later is another implicit transaction, and runs
    /// even when a statement before this point failed.
    public mutating func commit() {
        if !items.isEmpty { starts.insert(items.count) }
    }
}
