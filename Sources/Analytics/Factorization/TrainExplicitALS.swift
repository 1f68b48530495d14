/// Trains ratings with biases by alternating exact solves.
///
/// A user's factors and bias are solved together, with the constant 1 as one more factor of every item; then the items'
/// likewise. Rows without ratings have zeros, so that they get the other side's biases.
///
/// - Parameters:
///   - ratings: observed ratings, positive, `users × items`, from row 0.
///   - options: factors, iterations, seed; the solver is not used.
///   - objective: regularisation.
///   - threads: how many share the work; any number gives the same bytes.
///   - check: called on the caller's thread every few rows; what it throws ends the work.
/// - Throws: ``FactorizationError`` when there are no ratings, a setting is out of range or factors overflow; what
///   `check` throws.
public func trainExplicitALS(
    _ ratings: InteractionBlock, options: ALSOptions, objective: ExplicitObjective, threads: Int = 1,
    check: () throws -> Void = {}
) throws -> ExplicitModel {
    try objective.validate()
    guard options.iterations >= 1, threads >= 1 else {
        throw FactorizationError.invalidSetting("\(options.iterations) iterations, \(threads) threads, must be ≥ 1")
    }
    guard ratings.firstRow == 0, ratings.count > 0 else {
        throw FactorizationError.mismatch("\(ratings.count) ratings from row \(ratings.firstRow)")
    }
    let mean = ratings.values.reduce(0.0) { $0 + Double($1) } / Double(ratings.count)
    let byItem = ratings.transposed()
    let start = try FactorMatrix.initial(
        rows: 0..<ratings.rows, rank: options.rank, seed: options.seed, scale: options.initialScale)
    var users = BiasedSide(
        factors: start.values, biases: [Float](repeating: 0, count: ratings.rows), rank: options.rank)
    var items = users
    for _ in 0..<options.iterations {
        items = try solve(byItem, against: users, mean: mean, objective: objective, threads: threads, check: check)
        users = try solve(ratings, against: items, mean: mean, objective: objective, threads: threads, check: check)
    }
    return ExplicitModel(
        mean: mean, users: FactorMatrix(unchecked: users.factors, rank: options.rank),
        items: FactorMatrix(unchecked: items.factors, rank: options.rank), userBiases: users.biases,
        itemBiases: items.biases)
}

/// Factors and biases of one side.
private struct BiasedSide: Sendable {
    var factors: [Float]
    var biases: [Float]
    let rank: Int

    var rows: Int { biases.count }

    /// `rows × (rank + 1)`: the factors and a 1, which the other side's bias is the factor of.
    var withOne: [Float] {
        var values: [Float] = []
        values.reserveCapacity(rows * (rank + 1))
        for row in 0..<rows {
            values.append(contentsOf: factors[row * rank..<(row + 1) * rank])
            values.append(1)
        }
        return values
    }
}

private func solve(
    _ ratings: InteractionBlock, against other: BiasedSide, mean: Double, objective: ExplicitObjective, threads: Int,
    check: () throws -> Void
) throws -> BiasedSide {
    let extended = other.rank + 1
    let padded = PaddedRows(other.withOne, rank: extended)
    let nothing = Gramian(
        rank: extended, rows: other.rows, lowerTriangle: [Double](repeating: 0, count: extended * (extended + 1) / 2))
    var targets = ratings.values
    for position in targets.indices {
        targets[position] = Float(
            Double(targets[position]) - mean - Double(other.biases[Int(ratings.columns[position])]))
    }
    let wanted = targets
    let solved = try [Float](unsafeUninitializedCapacity: ratings.rows * extended) { result, initialized in
        guard let base = result.baseAddress else { return }
        base.initialize(repeating: 0, count: ratings.rows * extended)
        let target = SharedResult(base: base)
        let pieces = (ratings.rows + 63) / 64
        try inParallel(threads: threads, pieces: pieces, check: check) {
            ExactRowSolver(gramian: nothing, unobservedWeight: 0, condition: nil)
        } body: { solver, piece in
            for row in piece * 64..<min(ratings.rows, (piece + 1) * 64) {
                let range = ratings.rowOffsets[row]..<ratings.rowOffsets[row + 1]
                if range.isEmpty { continue }
                let outcome = ratings.columns.withUnsafeBufferPointer { columns in
                    wanted.withUnsafeBufferPointer { wanted -> RowOutcome in
                        guard let columnBase = columns.baseAddress, let targetBase = wanted.baseAddress else {
                            return .solved
                        }
                        let data = RowData(
                            columns: columnBase + range.lowerBound, count: range.count,
                            following: columns.count - range.upperBound, targets: targetBase + range.lowerBound,
                            weights: nil, lambda: objective.regularization(observed: range.count))
                        return solver.solve(data, items: padded.base, into: target.base + row * extended)
                    }
                }
                switch outcome {
                case .solved: break
                case .notPositiveDefinite: throw FactorizationError.notPositiveDefinite(row: row)
                case .notFinite: throw FactorizationError.notFinite(row: row)
                }
            }
        }
        initialized = ratings.rows * extended
    }
    var side = BiasedSide(factors: [], biases: [], rank: other.rank)
    side.factors.reserveCapacity(ratings.rows * other.rank)
    for row in 0..<ratings.rows {
        side.factors.append(contentsOf: solved[row * extended..<row * extended + other.rank])
        side.biases.append(solved[row * extended + other.rank])
    }
    return side
}
