/// Solves one side of the ALS problem for a block of rows, exactly.
///
/// For each row `u` it solves (α₀ YᵀY + Σ_{i ∈ I_u} w_ui y_i y_iᵀ + λ_u I) x_u = Σ_{i ∈ I_u} c_ui y_i by Cholesky
/// factorisation with one step of iterative refinement, so that the result is right to single precision. A row's bits
/// depend on its own interactions, the other side's factors and the Gramian only: blocks may be cut anywhere and solved
/// anywhere, also at the same time. A row without interactions gets zeros.
///
/// - Parameters:
///   - block: interactions of the rows, CSR, `rows × items`; column indices ascend within a row.
///   - items: factors of the other side, row-major, `items × rank`.
///   - gramian: Yᵀ Y over all items, `rank × rank`; its number of rows is the |I| of the regularisation.
///   - objective: weights and regularisation.
///   - check: called every few rows; what it throws ends the work, for cancellation.
/// - Returns: factors of the block's rows, row-major, `rows × rank`.
/// - Throws: ``FactorizationError/notPositiveDefinite(row:)`` when λ is too small for a row,
///   ``FactorizationError/notFinite(row:)`` when factors overflow, ``FactorizationError/mismatch(_:)`` when the sizes
///   do not fit; what `check` throws.
/// - Source: Hu, Koren and Volinsky 2008, eq. 4; regularisation after Rendle et al. 2021.
public func solveRows(
    block: InteractionBlock, items: FactorMatrix, gramian: Gramian, objective: ImplicitObjective,
    check: () throws -> Void = {}
) throws -> FactorMatrix {
    try objective.validate()
    guard items.rows == block.columnCount, gramian.rank == items.rank else {
        throw FactorizationError.mismatch(
            "a block of \(block.columnCount) columns, \(items.rows) rows of rank \(items.rank) and a Gramian of rank "
                + "\(gramian.rank)")
    }
    let rank = items.rank
    let system = RowSystem(gramian: gramian, objective: objective)
    let padded = items.padded(to: system.width)
    var factors = [Float](repeating: 0, count: block.rows * rank)
    try padded.withUnsafeBufferPointer { padded in
        try block.columns.withUnsafeBufferPointer { columns in
            try block.values.withUnsafeBufferPointer { values in
                try factors.withUnsafeMutableBufferPointer { factors in
                    guard let items = padded.baseAddress, let result = factors.baseAddress else { return }
                    for row in 0..<block.rows {
                        if row.isMultiple(of: 32) { try check() }
                        let range = block.rowOffsets[row]..<block.rowOffsets[row + 1]
                        if range.isEmpty { continue }
                        let outcome = system.solve(
                            columns: UnsafeBufferPointer(rebasing: columns[range]),
                            values: UnsafeBufferPointer(rebasing: values[range]), items: items,
                            lambda: objective.regularization(observed: range.count, others: gramian.rows),
                            into: result + row * rank)
                        switch outcome {
                        case .solved: break
                        case .notPositiveDefinite:
                            throw FactorizationError.notPositiveDefinite(row: block.firstRow + row)
                        case .notFinite: throw FactorizationError.notFinite(row: block.firstRow + row)
                        }
                    }
                }
            }
        }
    }
    return FactorMatrix(unchecked: factors, rank: rank)
}

extension FactorMatrix {
    /// The values with rows lengthened by zeros; no copy when they have that length already.
    func padded(to width: Int) -> [Float] {
        guard width != rank else { return values }
        var padded = [Float](repeating: 0, count: rows * width)
        for row in 0..<rows {
            for column in 0..<rank { padded[row * width + column] = values[row * rank + column] }
        }
        return padded
    }
}
