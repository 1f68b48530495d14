import Analytics

extension RowSolver {
    /// How long a row takes, in multiplications: what shards are cut by and times are estimated from. 0 for a row without
    /// interactions, which is not solved.
    ///
    /// - Parameters:
    ///   - interactions: of the row.
    ///   - rank: factors of a row.
    func cost(interactions: Int, rank: Int) -> Double {
        guard interactions > 0 else { return 0 }
        let (n, f) = (Double(interactions), Double(rank))
        switch self {
        // The symmetric update does half of n·f².
        case .cholesky: return n * f * f / 2 + f * f * f / 6 + 4 * f * f
        case .conjugateGradient(let steps):
            let steps = Double(steps)
            return (steps + 1) * 4 * n * f + steps * 2 * f * f
        case .subspace(let size):
            let size = Double(min(size, rank))
            return n * f * (size / 2 + 4) + f * size * size / 6 + 2 * f * f
        }
    }

    /// The cost of a run of rows.
    func cost(of rows: InteractionBlock, rank: Int) -> Double {
        (0..<rows.rows).reduce(0.0) {
            $0 + cost(interactions: rows.rowOffsets[$1 + 1] - rows.rowOffsets[$1], rank: rank)
        }
    }
}

/// Solves some rows against the clock, to know what this machine makes of a training's costs.
///
/// - Parameters:
///   - rows: the side that is solved first.
///   - start: the factors it is solved from.
///   - gramian: theirs.
///   - limit: seconds after which no further block is begun.
/// - Returns: seconds for each unit of cost; 0 when there is nothing to solve.
func timeSolving(
    _ rows: InteractionBlock, from start: FactorMatrix, gramian: Gramian, arguments: TrainingArguments,
    limit: Duration = .milliseconds(50), check: () throws -> Void
) throws -> Double {
    let side = try FixedSide(
        start, gramian: gramian, objective: arguments.objective, solver: arguments.rowSolver)
    let blocks = RowBlocks(rows: rows.rows)
    var cost = 0.0
    let began = ContinuousClock.now
    // Blocks from all over the side: neighbours are often alike.
    for step in 0..<min(blocks.count, 64) {
        let whole = rows.block(of: blocks[step * blocks.count / min(blocks.count, 64)])
        let block = whole.block(of: 0..<min(32, whole.rows))
        let rank = arguments.factors
        _ = try side.solveRows(
            block: block, start: try FactorMatrix(values: [Float](repeating: 0, count: block.rows * rank), rank: rank),
            check: check)
        cost += arguments.rowSolver.cost(of: block, rank: rank)
        if ContinuousClock.now - began >= limit { break }
    }
    return cost > 0 ? (ContinuousClock.now - began) / .seconds(1) / cost : 0
}
