extension ImplicitObjective {
    /// The value that ALS minimises, in double precision; every exact half-iteration lowers it.
    ///
    /// It is the sum of three parts that can be formed in different places: ``observedPart(of:users:items:)`` of all
    /// blocks of users, ``penalty(of:observed:others:)`` of the items, ``unobservedPart(_:_:)``.
    ///
    /// - Parameters:
    ///   - interactions: all observed values, `users × items`, from row 0.
    ///   - users: `users × rank`.
    ///   - items: `items × rank`.
    /// - Throws: ``FactorizationError/mismatch(_:)`` when the sizes do not fit.
    public func value(
        interactions: InteractionBlock, users: FactorMatrix, items: FactorMatrix
    ) throws(FactorizationError) -> Double {
        var observed = [Int](repeating: 0, count: interactions.columnCount)
        for column in interactions.columns { observed[Int(column)] += 1 }
        return try observedPart(of: interactions, users: users, items: items)
            + penalty(of: items, observed: observed, others: users.rows)
            + unobservedPart(Gramian(of: users), Gramian(of: items))
    }

    /// What a block of users adds: the terms of its interactions, and λ_u ‖x_u‖² of its users.
    ///
    /// - Parameters:
    ///   - block: interactions of some users with all items.
    ///   - users: of the block's rows.
    ///   - items: all of them.
    /// - Throws: ``FactorizationError/mismatch(_:)`` when the sizes do not fit.
    public func observedPart(
        of block: InteractionBlock, users: FactorMatrix, items: FactorMatrix
    ) throws(FactorizationError) -> Double {
        guard block.rows == users.rows, block.columnCount == items.rows, users.rank == items.rank else {
            throw .mismatch(
                "\(block.rows) × \(block.columnCount) interactions, \(users.rows) users, \(items.rows) items")
        }
        let rank = users.rank
        var total = 0.0
        for row in 0..<block.rows {
            for (column, value) in zip(block.columns(ofRow: row), block.values(ofRow: row)) {
                var score = 0.0
                for factor in 0..<rank {
                    score +=
                        Double(users.values[row * rank + factor]) * Double(items.values[Int(column) * rank + factor])
                }
                // w s² − 2 c s + c: for the uniform term (1 − s)²; for the others what exceeds α₀ s².
                let weights = weights(value)
                total += weights.matrix * score * score - 2 * weights.target * score + weights.target
            }
            let lambda = regularization(observed: block.columns(ofRow: row).count, others: items.rows)
            total += lambda * squaredNorm(users[row])
        }
        return total
    }

    /// Σ λ_i ‖y_i‖² of items, or of users.
    ///
    /// - Parameters:
    ///   - rows: their factors.
    ///   - observed: how many interactions each has.
    ///   - others: rows of the whole other side.
    /// - Throws: ``FactorizationError/mismatch(_:)`` when there is not one number for each row.
    public func penalty(
        of rows: FactorMatrix, observed: [Int], others: Int
    ) throws(FactorizationError) -> Double {
        guard observed.count == rows.rows else {
            throw .mismatch("\(observed.count) numbers of interactions for \(rows.rows) rows")
        }
        return observed.indices.reduce(0.0) {
            $0 + regularization(observed: observed[$1], others: others) * squaredNorm(rows[$1])
        }
    }

    /// α₀ Σ over all pairs of (x·y)², which is α₀ times the inner product of the two Gramians.
    ///
    /// - Throws: ``FactorizationError/mismatch(_:)`` when the ranks differ.
    public func unobservedPart(_ users: Gramian, _ items: Gramian) throws(FactorizationError) -> Double {
        guard users.rank == items.rank else { throw .mismatch("Gramians of ranks \(users.rank) and \(items.rank)") }
        var squares = 0.0
        for i in 0..<users.rank {
            for j in 0..<users.rank { squares += users[i, j] * items[i, j] }
        }
        return unobservedWeight * squares
    }

    private func squaredNorm(_ row: ArraySlice<Float>) -> Double { row.reduce(0) { $0 + Double($1) * Double($1) } }
}
