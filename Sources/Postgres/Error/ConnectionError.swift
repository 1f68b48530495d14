/// The connection, not a statement, is at fault.
public enum ConnectionError: Error, Equatable, CustomStringConvertible {
    /// The connection string is not one.
    case invalidConfiguration(reason: String)
    /// No connection could be made.
    case cannotConnect(endpoint: String, reason: String)
    /// The connection broke; a statement that was under way may or may not have taken effect.
    case lost(endpoint: String, during: String)
    /// The server did not answer in time; the connection was closed.
    case timedOut(endpoint: String, during: String, after: Duration)
    /// The connection, transaction or stream was closed before.
    case closed(endpoint: String)
    /// The connection's transaction or stream is still open in this task, so that waiting for its end would never end.
    case occupied(endpoint: String, by: String)
    /// The statement needs another call, such as COPY.
    case wrongCall(statement: String, instead: String)

    /// What happened and the way out; never a password.
    public var description: String {
        switch self {
        case .invalidConfiguration(let reason):
            "the connection string cannot be read: \(reason) "
                + "→ write postgres://user:password@host:port/database?option=value, "
                + "with special characters of the password percent-encoded"
        case .cannotConnect(let endpoint, let reason):
            "cannot connect to \(endpoint): \(reason) → \(ConnectFailure.wayOut(reason))"
        case .lost(let endpoint, let during):
            "the connection to \(endpoint) was lost during: \(during) "
                + "→ run it again on a new connection once it is known whether it took effect"
        case .timedOut(let endpoint, let during, let after):
            "\(endpoint) gave no answer within \(after) during: \(during) "
                + "→ check the network and the server's load; the connection is closed"
        case .closed(let endpoint):
            "the connection, transaction or stream on \(endpoint) is closed "
                + "→ use it only inside of the closure it was handed to, and open a new one"
        case .occupied(let endpoint, let by):
            "the connection to \(endpoint) is held by \(by) of this same task "
                + "→ run the statement on that transaction, end the stream first, or take another connection"
        case .wrongCall(let statement, let instead):
            "this statement cannot be run by this call: \(statement) → use \(instead)"
        }
    }
}
