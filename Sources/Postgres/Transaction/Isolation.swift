/// How far a transaction is kept apart from others (PostgreSQL manual, chapter 13.2).
public enum Isolation: Sendable, Hashable {
    /// Each statement sees what was committed before it began.
    case readCommitted
    /// All statements see what was committed before the first one; conflicting writes fail with 40001.
    case repeatableRead
    /// As if the transactions ran one after another; those that cannot fail with 40001.
    case serializable

    var sql: String {
        switch self {
        case .readCommitted: "READ COMMITTED"
        case .repeatableRead: "REPEATABLE READ"
        case .serializable: "SERIALIZABLE"
        }
    }

    /// How often a transaction is run again after 40001 or 40P01 when the caller does not say.
    var defaultRetries: Int {
        self == .readCommitted ? 0 : 3
    }
}
