/// What ranking and its evaluation refuse.
public enum RankingError: Error, Equatable, CustomStringConvertible {
    /// Sizes that do not fit together.
    case mismatch(String)
    /// A list length below 1.
    case invalidCount(Int)
    /// No row has anything held out, so there is no mean.
    case nothingHeldOut
    /// No list has an item, or nobody has a history.
    case nothingListed
    /// Scores of a row that overflow; rows count from the start of what was passed.
    case notFinite(row: Int)

    /// What happened and the way out.
    public var description: String {
        switch self {
        case .mismatch(let what): "\(what)  →  pass parts of one model and one matrix"
        case .invalidCount(let count): "a list of \(count) items was asked for  →  ask for at least 1"
        case .nothingHeldOut: "no user has a held-out item  →  hold out later events, or wait for more of them"
        case .nothingListed:
            "no list has an item, or no user a history  →  pass lists of items and what users did before"
        case .notFinite(let row):
            "scores of row \(row) overflow  →  raise the regularisation, or scale the interaction values down"
        }
    }
}
