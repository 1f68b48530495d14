/// How a user's past made up the score of an item.
public struct ScoreExplanation: Sendable, Equatable {
    /// The item that was scored.
    public let item: Int32
    /// x_u·y_item with x_u solved exactly in double precision.
    public let score: Double
    /// What each past item adds to the score, in the order of the user's columns; they add up to `score`.
    public let contributions: [Double]
}

/// Splits ALS scores of one user into the contributions of the user's past items.
///
/// With A the matrix of the user's normal equations, score = y_itemᵀ A⁻¹ Σ_j c_j y_j, so item j of the past contributes
/// c_j · y_itemᵀ A⁻¹ y_j. In double precision; the score agrees with the inner product of trained factors to single
/// precision when the user's factors were solved against the same item factors.
///
/// - Parameters:
///   - columns: the user's past items, as one row of an ``InteractionBlock``.
///   - values: their strengths.
///   - targets: the items to explain.
///   - items: all item factors, `items × rank`.
///   - gramian: Yᵀ Y over all items.
///   - objective: as in training.
/// - Returns: one explanation per target, in order.
/// - Throws: ``FactorizationError`` when sizes do not fit, an index or a value is out of range, or A is not positive
///   definite.
/// - Source: Hu, Koren and Volinsky 2008, §5.
public func explainScores(
    columns: ArraySlice<Int32>, values: ArraySlice<Float>, targets: [Int32], items: FactorMatrix, gramian: Gramian,
    objective: ImplicitObjective
) throws(FactorizationError) -> [ScoreExplanation] {
    try objective.validate()
    guard columns.count == values.count, gramian.rank == items.rank else {
        throw .mismatch("\(columns.count) columns, \(values.count) values, ranks \(items.rank) and \(gramian.rank)")
    }
    if let bad = values.first(where: { !($0 > 0 && $0.isFinite) }) {
        throw .invalidBlock("a past value of \(bad)")
    }
    let known = 0..<Int32(items.rows)
    if let stranger = columns.first(where: { !known.contains($0) }) ?? targets.first(where: { !known.contains($0) }) {
        throw .mismatch("item \(stranger) is not among \(items.rows) items")
    }
    let rank = items.rank
    let weights = values.map { objective.weights($0) }
    let past = columns.map { items[Int($0)].map(Double.init) }
    let lambda = objective.regularization(observed: columns.count, others: gramian.rows)
    var matrix = [Double](repeating: 0, count: rank * rank)
    for i in 0..<rank {
        for j in 0...i { matrix[i * rank + j] = objective.unobservedWeight * gramian[i, j] }
        matrix[i * rank + i] += lambda
    }
    for (row, weight) in zip(past, weights) {
        for i in 0..<rank {
            for j in 0...i { matrix[i * rank + j] += weight.matrix * row[i] * row[j] }
        }
    }
    guard factorizeLower(&matrix, rank: rank) else { throw .notPositiveDefinite(row: 0) }
    return targets.map { target in
        let solved = solveLower(matrix, rank: rank, items[Int(target)].map(Double.init))
        let contributions = zip(past, weights).map { row, weight in
            weight.target * zip(row, solved).reduce(0.0) { $0 + $1.0 * $1.1 }
        }
        return ScoreExplanation(item: target, score: contributions.reduce(0, +), contributions: contributions)
    }
}

/// Replaces the lower triangle of A by L with A = LLᵀ; `false` when A is not positive definite.
private func factorizeLower(_ a: inout [Double], rank: Int) -> Bool {
    for j in 0..<rank {
        for k in 0..<j {
            let factor = a[j * rank + k]
            for i in j..<rank { a[i * rank + j] -= a[i * rank + k] * factor }
        }
        let pivot = a[j * rank + j]
        guard pivot > 0, pivot.isFinite else { return false }
        let root = pivot.squareRoot()
        for i in j..<rank { a[i * rank + j] /= root }
    }
    return true
}

/// Solves LLᵀ x = b.
private func solveLower(_ l: [Double], rank: Int, _ b: [Double]) -> [Double] {
    var x = b
    for i in 0..<rank {
        for j in 0..<i { x[i] -= l[i * rank + j] * x[j] }
        x[i] /= l[i * rank + i]
    }
    for i in stride(from: rank - 1, through: 0, by: -1) {
        for j in i + 1..<rank { x[i] -= l[j * rank + i] * x[j] }
        x[i] /= l[i * rank + i]
    }
    return x
}
