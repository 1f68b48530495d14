/// Factors of both sides of an interaction matrix; a score is the inner product of a user's and an item's row.
public struct FactorModel: Sendable, Equatable {
    /// `users × rank`.
    public let users: FactorMatrix
    /// `items × rank`.
    public let items: FactorMatrix

    /// A model of two sides.
    ///
    /// - Throws: ``FactorizationError/mismatch(_:)`` when the ranks differ.
    public init(users: FactorMatrix, items: FactorMatrix) throws(FactorizationError) {
        guard users.rank == items.rank else { throw .mismatch("users of rank \(users.rank), items of \(items.rank)") }
        self.users = users
        self.items = items
    }
}

/// How an ALS model is trained.
public struct ALSOptions: Sendable, Equatable, Codable {
    /// Factors per row, at least 1; 8 to 1024 are usual.
    public var rank: Int
    /// Times that both sides are solved, at least 1.
    public var iterations: Int
    /// Of the factors that the training starts from.
    public var seed: UInt64
    /// How rows are solved.
    public var solver: RowSolver
    /// Each initial factor is drawn from N(0, (scale / √rank)²).
    public var initialScale: Double
    /// What factors are rounded to after each half-iteration.
    public var precision: FactorPrecision

    /// Options with the usual solver.
    public init(
        rank: Int, iterations: Int = 15, seed: UInt64 = 1, solver: RowSolver = .cholesky, initialScale: Double = 0.1,
        precision: FactorPrecision = .float32
    ) {
        self.rank = rank
        self.iterations = iterations
        self.seed = seed
        self.solver = solver
        self.initialScale = initialScale
        self.precision = precision
    }
}

/// Trains implicit-feedback ALS in one process: the same bytes as the sharded training of the same settings.
///
/// Starts from random user factors and solves items, then users, `iterations` times. Users are solved last, so that
/// with ``RowSolver/cholesky`` every user's factors are optimal for the final items and
/// ``explainScores(of:items:gramian:objective:threads:check:)`` adds up to the scores served.
///
/// - Parameters:
///   - interactions: all observed values, `users × items`, from row 0.
///   - options: factors, iterations, seed, solver.
///   - objective: weights and regularisation.
///   - threads: how many share the work; any number gives the same bytes.
///   - afterIteration: is given each iteration's number, from 1, and model; returning false stops there, for early
///     stopping on validation data.
///   - check: called every few rows with the number of finished half-iterations, of `2 × iterations`.
/// - Throws: ``FactorizationError`` as
///   ``solveRows(block:items:gramian:objective:solver:start:threads:check:)``; what `check` throws.
public func trainImplicitALS(
    _ interactions: InteractionBlock, options: ALSOptions, objective: ImplicitObjective, threads: Int = 1,
    afterIteration: (_ iteration: Int, FactorModel) throws -> Bool = { _, _ in true },
    check: (_ halfIterations: Int) throws -> Void = { _ in }
) throws -> FactorModel {
    guard options.iterations >= 1 else {
        throw FactorizationError.invalidSetting("iterations is \(options.iterations) but must be ≥ 1")
    }
    guard interactions.firstRow == 0 else {
        throw FactorizationError.mismatch("a block from row \(interactions.firstRow) is not the whole matrix")
    }
    let byItem = interactions.transposed()
    var users = try FactorMatrix.initial(
        rows: 0..<interactions.rows, rank: options.rank, seed: options.seed, scale: options.initialScale
    ).rounded(to: options.precision)
    var items: FactorMatrix?
    for iteration in 0..<options.iterations {
        let solved = try solveRows(
            block: byItem, items: users, gramian: Gramian(of: users, threads: threads), objective: objective,
            solver: options.solver, start: items, threads: threads
        ) { try check(2 * iteration) }.rounded(to: options.precision)
        items = solved
        users = try solveRows(
            block: interactions, items: solved, gramian: Gramian(of: solved, threads: threads), objective: objective,
            solver: options.solver, start: users, threads: threads
        ) { try check(2 * iteration + 1) }.rounded(to: options.precision)
        if try !afterIteration(iteration + 1, FactorModel(users: users, items: solved)) { break }
    }
    return try FactorModel(users: users, items: items ?? users)
}
