extension ImplicitObjective {
    /// The value that ALS minimises, in double precision; every half-iteration lowers it.
    ///
    /// - Parameters:
    ///   - interactions: all observed values, `users × items`, from row 0.
    ///   - users: `users × rank`.
    ///   - items: `items × rank`.
    /// - Throws: ``FactorizationError/mismatch(_:)`` when the sizes do not fit.
    public func value(
        interactions: InteractionBlock, users: FactorMatrix, items: FactorMatrix
    ) throws(FactorizationError) -> Double {
        guard interactions.rows == users.rows, interactions.columnCount == items.rows, users.rank == items.rank else {
            throw .mismatch(
                "\(interactions.rows) × \(interactions.columnCount) interactions, \(users.rows) users, \(items.rows) items"
            )
        }
        let rank = users.rank
        var observedOfItem = [Int](repeating: 0, count: items.rows)
        var total = 0.0
        for row in 0..<interactions.rows {
            for (column, value) in zip(interactions.columns(ofRow: row), interactions.values(ofRow: row)) {
                observedOfItem[Int(column)] += 1
                var score = 0.0
                for factor in 0..<rank {
                    score +=
                        Double(users.values[row * rank + factor]) * Double(items.values[Int(column) * rank + factor])
                }
                // w s² − 2 c s + c: for the uniform term (1 − s)²; for the others what exceeds α₀ s².
                let weights = weights(value)
                total += weights.matrix * score * score - 2 * weights.target * score + weights.target
            }
            let lambda = regularization(observed: interactions.columns(ofRow: row).count, others: items.rows)
            total += lambda * squaredNorm(users[row])
        }
        for item in 0..<items.rows {
            total += regularization(observed: observedOfItem[item], others: users.rows) * squaredNorm(items[item])
        }
        // Σ over all pairs of (x·y)² is the inner product of the two Gramians.
        let (userGramian, itemGramian) = (Gramian(of: users), Gramian(of: items))
        var squares = 0.0
        for i in 0..<rank {
            for j in 0..<rank { squares += userGramian[i, j] * itemGramian[i, j] }
        }
        return total + unobservedWeight * squares
    }

    private func squaredNorm(_ row: ArraySlice<Float>) -> Double { row.reduce(0) { $0 + Double($1) * Double($1) } }
}
