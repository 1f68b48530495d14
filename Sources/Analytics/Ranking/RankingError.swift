/// What ranking and its evaluation refuse.
public enum RankingError: Error, Equatable, CustomStringConvertible {
    /// Sizes that do not fit together.
    case mismatch(String)
    /// A list length below 1.
    case invalidCount(Int)
    /// No row has anything held out, so there is no mean.
    case nothingHeldOut

    /// What happened and the way out.
    public var description: String {
        switch self {
        case .mismatch(let what): "\(what)  →  pass parts of one model and one matrix"
        case .invalidCount(let count): "a list of \(count) items was asked for  →  ask for at least 1"
        case .nothingHeldOut: "no user has a held-out item  →  hold out later events, or wait for more of them"
        }
    }
}
