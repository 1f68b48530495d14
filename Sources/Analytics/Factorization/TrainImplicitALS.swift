/// Factors of both sides of an interaction matrix; a score is the inner product of a user's and an item's row.
public struct FactorModel: Sendable, Equatable {
    /// `users × rank`.
    public let users: FactorMatrix
    /// `items × rank`.
    public let items: FactorMatrix
}

/// Trains implicit-feedback ALS in one process: the same bytes as the sharded training of the same settings.
///
/// Starts from random user factors and solves items, then users, `iterations` times. Users are solved last, so that
/// every user's factors are optimal for the final items and ``explainScores(columns:values:targets:items:gramian:objective:)``
/// adds up to the scores served.
///
/// - Parameters:
///   - interactions: all observed values, `users × items`, from row 0.
///   - rank: factors per row.
///   - iterations: at least 1.
///   - objective: weights and regularisation.
///   - seed: of the initial user factors.
///   - check: called every few rows with the number of finished half-iterations, of `2 × iterations`.
/// - Throws: ``FactorizationError`` as ``solveRows(block:items:gramian:objective:check:)``; what `check` throws.
public func trainImplicitALS(
    _ interactions: InteractionBlock, rank: Int, iterations: Int, objective: ImplicitObjective, seed: UInt64,
    check: (_ halfIterations: Int) throws -> Void = { _ in }
) throws -> FactorModel {
    guard iterations >= 1 else {
        throw FactorizationError.invalidSetting("iterations is \(iterations) but must be ≥ 1")
    }
    guard interactions.firstRow == 0 else {
        throw FactorizationError.mismatch("a block from row \(interactions.firstRow) is not the whole matrix")
    }
    let byItem = interactions.transposed()
    var users = try FactorMatrix.initial(rows: 0..<interactions.rows, rank: rank, seed: seed)
    var items = users
    for iteration in 0..<iterations {
        items = try solveRows(block: byItem, items: users, gramian: Gramian(of: users), objective: objective) {
            try check(2 * iteration)
        }
        users = try solveRows(block: interactions, items: items, gramian: Gramian(of: items), objective: objective) {
            try check(2 * iteration + 1)
        }
    }
    return FactorModel(users: users, items: items)
}
