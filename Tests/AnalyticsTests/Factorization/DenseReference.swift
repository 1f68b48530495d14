import Analytics

/// The objective of one row, written out densely in double precision for comparison with the kernels.
struct DenseReference {
    let items: [[Double]]
    let objective: ImplicitObjective

    init(items: FactorMatrix, objective: ImplicitObjective) {
        self.items = (0..<items.rows).map { items[$0].map(Double.init) }
        self.objective = objective
    }

    /// Weight and target of every item, from the definition of the objective and not from the kernels' shortcuts.
    func terms(columns: ArraySlice<Int32>, values: ArraySlice<Float>) -> [(weight: Double, target: Double)] {
        var terms = items.map { _ in (weight: objective.unobservedWeight, target: 0.0) }
        for (column, value) in zip(columns, values) {
            let r = Double(value)
            let unobserved = objective.unobservedWeight
            switch objective.confidence {
            // w (1 − s)² + α₀ s² has the same minimum as (w + α₀) (w / (w + α₀) − s)².
            case .uniform: terms[Int(column)] = (1 + unobserved, 1 / (1 + unobserved))
            case .logarithmic(let alpha):
                let weight = r > 1 ? 1 + alpha * naturalLogarithm(r) : 1
                terms[Int(column)] = (weight + unobserved, weight / (weight + unobserved))
            case .linear(let alpha): terms[Int(column)] = (unobserved + alpha * r, 1)
            case .proportional(let alpha): terms[Int(column)] = (alpha * r, 1)
            }
        }
        return terms
    }

    /// (Σ_i weight y yᵀ + λ I) x = Σ_i weight · target · y, by Gaussian elimination with pivots.
    func solve(columns: ArraySlice<Int32>, values: ArraySlice<Float>, lambda: Double) -> [Double] {
        let rank = items[0].count
        var a = (0..<rank).map { i in (0...rank).map { $0 == i ? lambda : 0.0 } }
        for (item, term) in zip(items, terms(columns: columns, values: values)) {
            for i in 0..<rank {
                for j in 0..<rank { a[i][j] += term.weight * item[i] * item[j] }
                a[i][rank] += term.weight * term.target * item[i]
            }
        }
        for k in 0..<rank {
            a.swapAt(k, (k..<rank).max { abs(a[$0][k]) < abs(a[$1][k]) } ?? k)
            for i in 0..<rank where i != k {
                let factor = a[i][k] / a[k][k]
                for j in k...rank { a[i][j] -= factor * a[k][j] }
            }
        }
        return (0..<rank).map { a[$0][rank] / a[$0][$0] }
    }
}

/// ln x by halving steps of the integral of 1/t (Simpson), independent of the module's series.
private func naturalLogarithm(_ x: Double) -> Double {
    let steps = 2000
    let h = (x - 1) / Double(steps)
    var sum = 1 + 1 / x
    for k in 1..<steps { sum += (k % 2 == 1 ? 4.0 : 2.0) / (1 + Double(k) * h) }
    return sum * h / 3
}
