/// An error the server reported.
///
/// Its description holds no parameter values: the statement's text has none, and the server's DETAIL line,
/// which may quote them, stays in ``detail``.
public struct PostgresError: Error, CustomStringConvertible {
    /// The server's code.
    public internal(set) var sqlState: SQLState
    /// The server's one-line message.
    public internal(set) var message: String
    /// The server's DETAIL; it may quote values, so it is not part of ``description``.
    public internal(set) var detail: String?
    /// The server's HINT.
    public internal(set) var hint: String?
    /// Where it happened, as functions called each other.
    public internal(set) var context: String?
    /// Schema of the object concerned.
    public internal(set) var schema: String?
    /// Table concerned.
    public internal(set) var table: String?
    /// Column concerned.
    public internal(set) var column: String?
    /// Constraint violated.
    public internal(set) var constraint: String?
    /// Position of the error in the statement, in characters from 1.
    public internal(set) var position: Int?
    /// The statement on one line, at most 200 characters.
    public internal(set) var statement: String
    /// The server's function that raised it.
    var routine: String?

    /// An error that this side raises in the server's terms.
    init(_ sqlState: SQLState, _ message: String, hint: String? = nil, statement: String) {
        self.sqlState = sqlState
        self.message = message
        self.hint = hint
        self.statement = Statement.excerpt(statement)
    }

    /// Whether the same transaction may succeed when it is run again: 40001 and 40P01.
    public var isWorthRetrying: Bool {
        sqlState == .serializationFailure || sqlState == .deadlockDetected
    }

    /// What the server said, the statement, and the way out.
    public var description: String {
        var text = "\(message) [\(sqlState)]"
        if let constraint { text += ", constraint \(constraint)" }
        if let table { text += ", table \(schema.map { $0 + "." } ?? "")\(table)" }
        if let position { text += ", at character \(position)" }
        return text + " in: \(statement) → \(wayOut)"
    }

    private var wayOut: String {
        if let hint { return hint }
        return switch sqlState {
        case .uniqueViolation: "use ON CONFLICT or another key"
        case .serializationFailure, .deadlockDetected: "run the transaction again"
        case .queryCanceled: "raise statement_timeout or make the statement cheaper"
        case .undefinedTable, .undefinedColumn, .undefinedFunction, .invalidSchemaName:
            "run the migrations, and check search_path"
        case .insufficientPrivilege: "grant the role what it needs"
        case .readOnlyTransaction: "write on the primary, in a transaction that is not read-only"
        case .adminShutdown, .crashShutdown, .cannotConnectNow: "try again when the server is up"
        case .tooManyConnections: "make the pools smaller or max_connections larger"
        case .lockNotAvailable: "try again later, or raise lock_timeout"
        case .inFailedTransaction: "roll the transaction back"
        case .pipelineAborted: "look at the first failure of the pipeline"
        default: "look the code up in the PostgreSQL manual, appendix A"
        }
    }
}
