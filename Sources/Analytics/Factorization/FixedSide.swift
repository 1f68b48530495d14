/// The side that a half-iteration solves from, made ready once for any number of blocks of the other side.
public struct FixedSide: Sendable {
    private let rows: Int
    private let rank: Int
    private let gramian: Gramian
    private let objective: ImplicitObjective
    private let solver: RowSolver
    private let padded: PaddedRows
    /// Only exact solutions are refined, and only up to so many factors does the bound cost less than it saves.
    private let condition: ConditionBound?

    /// Copies the factors into rows of whole vectors and looks at the Gramian's condition; parameters as in
    /// ``solveRows(block:items:gramian:objective:solver:start:threads:check:)``.
    ///
    /// - Throws: ``FactorizationError`` when sizes do not fit or a setting is out of range.
    public init(
        _ items: FactorMatrix, gramian: Gramian, objective: ImplicitObjective, solver: RowSolver = .cholesky
    ) throws(FactorizationError) {
        try objective.validate()
        try solver.validate()
        guard gramian.rank == items.rank else {
            throw .mismatch("\(items.rows) rows of rank \(items.rank) and a Gramian of rank \(gramian.rank)")
        }
        rows = items.rows
        rank = items.rank
        self.gramian = gramian
        self.objective = objective
        self.solver = solver
        padded = PaddedRows(items.values, rank: items.rank)
        let isBounded = solver == .cholesky && items.rank <= 512
        condition =
            isBounded ? ConditionBound(gramian: gramian, unobservedWeight: objective.unobservedWeight) : nil
    }

    /// Solves a block of rows of the other side; parameters, result and errors as in
    /// ``solveRows(block:items:gramian:objective:solver:start:threads:check:)``.
    public func solveRows(
        block: InteractionBlock, start: FactorMatrix? = nil, threads: Int = 1, check: () throws -> Void = {}
    ) throws -> FactorMatrix {
        guard rows == block.columnCount else {
            throw FactorizationError.mismatch(
                "a block of \(block.columnCount) columns, \(rows) rows to solve from")
        }
        if let start, start.rows != block.rows || start.rank != rank {
            throw FactorizationError.mismatch(
                "\(start.rows) rows of rank \(start.rank) to start from, for a block of \(block.rows) and rank "
                    + "\(rank)")
        }
        guard threads >= 1 else { throw FactorizationError.invalidSetting("\(threads) threads, must be ≥ 1") }
        let pieces = piecesOfWork(block)
        let items = padded
        let worker = { @Sendable [gramian, objective, solver, condition] in
            RowWorker(gramian: gramian, objective: objective, solver: solver, condition: condition)
        }
        let values = try [Float](unsafeUninitializedCapacity: block.rows * rank) { result, initialized in
            guard let base = result.baseAddress else { return }
            let target = SharedResult(base: base)
            try inParallel(threads: threads, pieces: pieces.count, check: check, state: worker) { worker, piece in
                try worker.solve(pieces[piece], of: block, items: items, start: start, into: target.base)
            }
            initialized = block.rows * rank
        }
        return FactorMatrix(unchecked: values, rank: rank)
    }
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

/// Memory that threads write disjoint parts of.
struct SharedResult: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
}
