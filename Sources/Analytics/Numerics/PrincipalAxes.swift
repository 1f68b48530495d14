/// Orthonormal eigenvectors of a symmetric matrix, in no particular order, by Jacobi's cyclic rotations.
///
/// - Parameter matrix: `n × n`, symmetric, for n up to some hundreds.
/// - Source: Golub and Van Loan, Matrix Computations, 8.5.
func principalAxes(of matrix: [[Double]]) -> [[Double]] {
    let n = matrix.count
    var a = matrix
    // Row i is the i-th axis.
    var axes = (0..<n).map { i in (0..<n).map { $0 == i ? 1.0 : 0 } }
    let whole = a.reduce(0) { $1.reduce($0) { $0 + $1 * $1 } }
    for _ in 0..<50 {
        var rest = 0.0
        for p in 0..<n { for q in p + 1..<max(n, p + 1) { rest += a[p][q] * a[p][q] } }
        if rest <= 1e-24 * whole { break }
        for p in 0..<n {
            for q in p + 1..<max(n, p + 1) where a[p][q] != 0 {
                let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
                let t = (theta < 0 ? -1 : 1) / (theta.magnitude + (theta * theta + 1).squareRoot())
                let c = 1 / (t * t + 1).squareRoot()
                let s = t * c
                for k in 0..<n {
                    (a[k][p], a[k][q]) = (c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q])
                }
                for k in 0..<n {
                    (a[p][k], a[q][k]) = (c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k])
                    (axes[p][k], axes[q][k]) = (c * axes[p][k] - s * axes[q][k], s * axes[p][k] + c * axes[q][k])
                }
            }
        }
    }
    return axes
}
