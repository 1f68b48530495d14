/// How a row's normal equations are solved.
public enum RowSolver: Sendable, Equatable, Codable {
    /// Exactly: Cholesky factorisation, and one step of refinement in double precision. Costs n·f² + f³/3 for a row of n
    /// interactions and f factors.
    case cholesky
    /// By so many steps of conjugate gradient from the row's former factors; costs (steps + 1)·4·n·f + steps·2·f². Three
    /// steps are usual.
    ///
    /// - Source: Takács, Pilászy and Tikk 2011, "Applications of the conjugate gradient method for implicit feedback
    ///   collaborative filtering".
    case conjugateGradient(steps: Int)
    /// Exactly in one block of so many factors after another, each with the others as they are: n·f·(size + 4) + f·size²/3.
    /// For many factors; sizes of 32 to 128 are usual.
    ///
    /// - Source: Rendle, Krichene, Zhang and Koren 2021, "iALS++: Speeding up matrix factorization with subspace
    ///   optimization".
    case subspace(size: Int)

    /// Refuses counts below 1.
    ///
    /// - Throws: ``FactorizationError/invalidSetting(_:)``.
    public func validate() throws(FactorizationError) {
        switch self {
        case .cholesky: break
        case .conjugateGradient(let steps):
            guard steps >= 1, steps <= 1000 else {
                throw .invalidSetting("conjugate gradient of \(steps) steps, must be 1 to 1000")
            }
        case .subspace(let size):
            guard size >= 1 else { throw .invalidSetting("subspaces of \(size) factors, must be ≥ 1") }
        }
    }
}
