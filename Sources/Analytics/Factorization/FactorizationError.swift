/// What factorisation refuses.
public enum FactorizationError: Error, Equatable, CustomStringConvertible {
    /// The normal equations of a row are not positive definite; rows count from the start of the whole matrix.
    case notPositiveDefinite(row: Int)
    /// The factors or similarities of a row overflow single precision.
    case notFinite(row: Int)
    /// Sizes that do not fit together.
    case mismatch(String)
    /// A CSR block that breaks its own rules.
    case invalidBlock(String)
    /// A setting outside its range.
    case invalidSetting(String)

    /// What happened and the way out.
    public var description: String {
        switch self {
        case .notPositiveDefinite(let row):
            "the equations of row \(row) are not positive definite  →  raise the regularisation"
        case .notFinite(let row):
            "the factors or similarities of row \(row) overflow  →  raise the regularisation or scale the interaction values down"
        case .mismatch(let what): "\(what)  →  pass parts of one model and one matrix"
        case .invalidBlock(let what): "\(what)  →  build the block from sorted, distinct, positive interactions"
        case .invalidSetting(let what): "\(what)  →  see the documented range"
        }
    }
}
