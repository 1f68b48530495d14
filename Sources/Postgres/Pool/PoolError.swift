/// The pool, not a connection, is at fault.
public enum PoolError: Error, Equatable, CustomStringConvertible {
    /// All connections stayed in use.
    case timedOut(waited: Duration, maximum: Int)
    /// The pool was closed.
    case closed

    /// What happened and the way out.
    public var description: String {
        switch self {
        case .timedOut(let waited, let maximum):
            "no connection came free within \(waited), \(maximum) at most are open "
                + "→ hold connections for a shorter time, "
                + "do not ask for a second one while holding one, or raise maximumConnections"
        case .closed: "the pool is closed → make a new one; a service closes its pool last"
        }
    }
}
