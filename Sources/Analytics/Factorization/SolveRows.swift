/// Solves one side of the ALS problem for a block of rows.
///
/// For each row `u` it solves (α₀ YᵀY + Σ_{i ∈ I_u} w_ui y_i y_iᵀ + λ_u I) x_u = Σ_{i ∈ I_u} c_ui y_i: with
/// ``RowSolver/cholesky`` right to single precision, with the others approximately, from the row's former factors. A
/// row's bits depend on its own interactions and former factors, the other side's factors and the Gramian only: blocks
/// may be cut anywhere and solved anywhere, also at the same time, by any number of threads. A row without interactions
/// gets zeros.
///
/// - Parameters:
///   - block: interactions of the rows, CSR, `rows × items`; column indices ascend within a row.
///   - items: factors of the other side, row-major, `items × rank`.
///   - gramian: Yᵀ Y over all items, `rank × rank`; its number of rows is the |I| of the regularisation.
///   - objective: weights and regularisation.
///   - solver: how the equations are solved.
///   - start: factors that the approximate solvers start from, `rows × rank`; zeros without it. Not used by
///     ``RowSolver/cholesky``.
///   - threads: how many share the work, at least 1.
///   - check: called on the caller's thread every few rows; what it throws ends the work, for cancellation.
/// - Returns: factors of the block's rows, row-major, `rows × rank`.
/// - Throws: ``FactorizationError/notPositiveDefinite(row:)`` when λ is too small for a row,
///   ``FactorizationError/notFinite(row:)`` when factors overflow, ``FactorizationError/mismatch(_:)`` when the sizes
///   do not fit, ``FactorizationError/invalidSetting(_:)``; what `check` throws.
/// - Source: Hu, Koren and Volinsky 2008, eq. 4; regularisation after Rendle et al. 2021.
public func solveRows(
    block: InteractionBlock, items: FactorMatrix, gramian: Gramian, objective: ImplicitObjective,
    solver: RowSolver = .cholesky, start: FactorMatrix? = nil, threads: Int = 1, check: () throws -> Void = {}
) throws -> FactorMatrix {
    try FixedSide(items, gramian: gramian, objective: objective, solver: solver)
        .solveRows(block: block, start: start, threads: threads, check: check)
}
