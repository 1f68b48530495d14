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
    try objective.validate()
    try solver.validate()
    guard items.rows == block.columnCount, gramian.rank == items.rank else {
        throw FactorizationError.mismatch(
            "a block of \(block.columnCount) columns, \(items.rows) rows of rank \(items.rank) and a Gramian of rank "
                + "\(gramian.rank)")
    }
    if let start, start.rows != block.rows || start.rank != items.rank {
        throw FactorizationError.mismatch(
            "\(start.rows) rows of rank \(start.rank) to start from, for a block of \(block.rows) and rank \(items.rank)"
        )
    }
    guard threads >= 1 else { throw FactorizationError.invalidSetting("\(threads) threads, must be ≥ 1") }
    let padded = PaddedRows(items.values, rank: items.rank)
    let pieces = piecesOfWork(block)
    // Only exact solutions are refined.
    let isExact = solver == .cholesky
    let condition = isExact ? ConditionBound(gramian: gramian, unobservedWeight: objective.unobservedWeight) : nil
    let squaredNorms = isExact ? squaredNorms(of: items) : []
    let values = try [Float](unsafeUninitializedCapacity: block.rows * items.rank) { result, initialized in
        guard let base = result.baseAddress else { return }
        let target = SharedResult(base: base)
        try inParallel(threads: threads, pieces: pieces.count, check: check) {
            RowWorker(
                gramian: gramian, objective: objective, solver: solver, condition: condition,
                squaredNorms: squaredNorms)
        } body: { worker, piece in
            try worker.solve(pieces[piece], of: block, items: padded, start: start, into: target.base)
        }
        initialized = block.rows * items.rank
    }
    return FactorMatrix(unchecked: values, rank: items.rank)
}

/// Rows in runs of about equal work, short enough to share among threads and to notice a cancellation.
private func piecesOfWork(_ block: InteractionBlock) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var first = 0
    for row in 0..<block.rows {
        let observed = block.rowOffsets[row + 1] - block.rowOffsets[first]
        if observed >= 4096 || row + 1 - first == 64 || row == block.rows - 1 {
            pieces.append(first..<row + 1)
            first = row + 1
        }
    }
    return pieces
}

private func squaredNorms(of factors: FactorMatrix) -> [Float] {
    factors.values.withUnsafeBufferPointer { values in
        (0..<factors.rows).map { row in
            var sum: Float = 0
            for position in row * factors.rank..<(row + 1) * factors.rank { sum += values[position] * values[position] }
            return sum
        }
    }
}

/// Memory that threads write disjoint parts of.
struct SharedResult: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
}

/// What one thread solves rows with.
private final class RowWorker {
    private enum Method {
        case exact(ExactRowSolver)
        case conjugate(ConjugateRowSolver)
        case subspace(SubspaceRowSolver)
    }

    private let method: Method
    private let weights: RowWeights
    private let objective: ImplicitObjective
    private let others: Int
    private let rank: Int

    init(
        gramian: Gramian, objective: ImplicitObjective, solver: RowSolver, condition: ConditionBound?,
        squaredNorms: [Float]
    ) {
        self.objective = objective
        others = gramian.rows
        rank = gramian.rank
        weights = RowWeights(objective: objective)
        let unobserved = objective.unobservedWeight
        switch solver {
        case .cholesky:
            method = .exact(
                ExactRowSolver(
                    gramian: gramian, unobservedWeight: unobserved, condition: condition, squaredNorms: squaredNorms))
        case .conjugateGradient(let steps):
            method = .conjugate(ConjugateRowSolver(gramian: gramian, unobservedWeight: unobserved, steps: steps))
        case .subspace(let size):
            method = .subspace(SubspaceRowSolver(gramian: gramian, unobservedWeight: unobserved, size: size))
        }
    }

    func solve(
        _ rows: Range<Int>, of block: InteractionBlock, items: PaddedRows, start: FactorMatrix?,
        into result: UnsafeMutablePointer<Float>
    ) throws(FactorizationError) {
        for row in rows {
            let target = result + row * rank
            let range = block.rowOffsets[row]..<block.rowOffsets[row + 1]
            let lambda = objective.regularization(observed: range.count, others: others)
            let outcome = block.columns.withUnsafeBufferPointer { columns in
                block.values.withUnsafeBufferPointer { values in
                    weights.row(columns: columns, values: values, range: range, lambda: lambda).flatMap { data in
                        range.isEmpty ? nil : solve(data, row: row, items: items.base, start: start, into: target)
                    }
                }
            }
            switch outcome {
            case .solved: break
            case .notPositiveDefinite: throw .notPositiveDefinite(row: block.firstRow + row)
            case .notFinite: throw .notFinite(row: block.firstRow + row)
            case nil: target.initialize(repeating: 0, count: rank)
            }
        }
    }

    private func solve(
        _ data: RowData, row: Int, items: UnsafePointer<Float>, start: FactorMatrix?,
        into target: UnsafeMutablePointer<Float>
    ) -> RowOutcome {
        if case .exact(let solver) = method { return solver.solve(data, items: items, into: target) }
        guard let start else { return improve(data, items: items, from: nil, into: target) }
        return start.values.withUnsafeBufferPointer { values in
            improve(data, items: items, from: values.baseAddress.map { $0 + row * rank }, into: target)
        }
    }

    private func improve(
        _ data: RowData, items: UnsafePointer<Float>, from start: UnsafePointer<Float>?,
        into target: UnsafeMutablePointer<Float>
    ) -> RowOutcome {
        switch method {
        case .exact(let solver): solver.solve(data, items: items, into: target)
        case .conjugate(let solver): solver.solve(data, items: items, from: start, into: target)
        case .subspace(let solver): solver.solve(data, items: items, from: start, into: target)
        }
    }
}
