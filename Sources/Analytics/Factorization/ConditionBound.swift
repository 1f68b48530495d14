/// A bound on the condition number of a row's matrix α₀ YᵀY + Σ w y yᵀ + λ I, cheap enough to ask for every row.
///
/// With all w ≥ 0 its greatest eigenvalue is at most that of α₀ YᵀY plus λ plus Σ w ‖y‖², and its least at least that of
/// α₀ YᵀY plus λ (Weyl).
struct ConditionBound: Sendable {
    private let greatest: Double
    private let least: Double

    init(gramian: Gramian, unobservedWeight: Double) {
        let rank = gramian.rank
        // The greatest is at most the greatest sum of a row's absolute values (Gershgorin).
        var greatest = 0.0
        for i in 0..<rank { greatest = max(greatest, (0..<rank).reduce(0.0) { $0 + abs(gramian[i, $1]) }) }
        self.greatest = unobservedWeight * greatest
        least = unobservedWeight * Self.leastEigenvalue(gramian, below: greatest)
    }

    /// - Parameters:
    ///   - lambda: of the row.
    ///   - added: Σ w ‖y‖² of the row, all w ≥ 0.
    func value(lambda: Double, added: Double) -> Double { (greatest + lambda + added) / (least + lambda) }

    /// A number that the least eigenvalue reaches, found by halving: G − s I has a Cholesky factor just when it does.
    private static func leastEigenvalue(_ gramian: Gramian, below: Double) -> Double {
        var low = 0.0
        var high = (0..<gramian.rank).reduce(below) { min($0, gramian[$1, $1]) }
        for _ in 0..<8 where high > 0 {
            let middle = max(low + (high - low) / 2, high * 1e-3)
            if isPositiveDefinite(gramian, minus: middle) { low = middle } else { high = middle }
        }
        return low
    }

    private static func isPositiveDefinite(_ gramian: Gramian, minus shift: Double) -> Bool {
        let rank = gramian.rank
        var factor = [Double](repeating: 0, count: rank * rank)
        return factor.withUnsafeMutableBufferPointer { l in
            for i in 0..<rank {
                for j in 0...i {
                    var sum = gramian.lowerTriangle[i * (i + 1) / 2 + j] - (i == j ? shift : 0)
                    for k in 0..<j { sum -= l[i * rank + k] * l[j * rank + k] }
                    if i == j {
                        guard sum > 0 else { return false }
                        l[i * rank + i] = sum.squareRoot()
                    } else {
                        l[i * rank + j] = sum / l[j * rank + j]
                    }
                }
            }
            return true
        }
    }
}
