internal import CKernels

/// Why a row has no solution.
enum RowOutcome { case solved, notPositiveDefinite, notFinite }

/// Working memory that solves one row's normal equations after another by Cholesky factorisation.
///
/// The matrix A = α₀ YᵀY + Σ w y yᵀ + λ I is kept as its upper triangle in blocks of 16 columns with the right-hand side
/// beside it; padding is the identity. Everything is single precision but the residual: unless a bound on the condition
/// of A says that rounding cannot matter, the residual of the first solution is formed in double precision from the data
/// and solved for once more, which brings the rounding of A and of its Cholesky factor down to that of the result.
final class ExactRowSolver {
    /// Below this condition number single precision, 6e-8, leaves an error of less than 1e-5.
    private static let refinedFrom = 50.0

    private let kernels = Kernels.best
    private let condition: ConditionBound?
    private let rank: Int
    private let width: Int
    /// Elements of a row of A: the matrix and one vector whose first element is the right-hand side.
    private let stride: Int
    /// Interactions gathered before a rank update, so that they stay in the first-level cache.
    private let chunk: Int
    /// Elements between gathered rows; not a multiple of a page.
    private let gatheredStride: Int
    private let base: AlignedBuffer<Float>
    private let gramian: AlignedBuffer<Double>
    private let matrix: AlignedBuffer<Float>
    private let inverse: AlignedBuffer<Float>
    private let left: AlignedBuffer<Float>
    private let right: AlignedBuffer<Float>
    private let scale: AlignedBuffer<Float>
    private let residual: AlignedBuffer<Double>
    private let solution: AlignedBuffer<Double>
    private let step: AlignedBuffer<Float>

    init(gramian source: Gramian, unobservedWeight: Double, condition: ConditionBound?) {
        self.condition = condition
        rank = source.rank
        width = Kernels.width(source.rank)
        stride = width + 16
        chunk = width <= 64 ? 96 : 64
        gatheredStride = width + 16
        base = AlignedBuffer(count: width * stride)
        gramian = AlignedBuffer(count: width * width)
        matrix = AlignedBuffer(count: width * stride)
        inverse = AlignedBuffer(count: width)
        left = AlignedBuffer(count: gatheredStride * chunk)
        right = AlignedBuffer(count: gatheredStride * chunk)
        scale = AlignedBuffer(count: chunk)
        residual = AlignedBuffer(count: width)
        solution = AlignedBuffer(count: width)
        step = AlignedBuffer(count: width)
        for i in 0..<rank {
            for j in 0..<rank {
                let value = unobservedWeight * source[i, j]
                gramian.base[i * width + j] = value
                base.base[i * stride + j] = Float(value)
            }
        }
        for i in rank..<width { base.base[i * stride + i] = 1 }
    }

    /// Solves one row.
    ///
    /// - Parameters:
    ///   - row: the row's interactions.
    ///   - items: factors of the other side, `items × width`.
    ///   - result: receives `rank` factors.
    func solve(_ row: RowData, items: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>) -> RowOutcome {
        for i in 0..<width {
            // Only blocks that reach the upper triangle are read.
            let from = i * stride + (i & ~15)
            (matrix.base + from).update(from: base.base + from, count: (i + 1) * stride - from)
        }
        for i in 0..<rank { matrix.base[i * stride + i] += Float(row.lambda) }
        var isWellConditioned = condition != nil
        for first in Swift.stride(from: 0, to: row.count, by: chunk) {
            let isPositive = addChunk(first, of: row, items: items)
            isWellConditioned = isWellConditioned && isPositive
        }
        if isWellConditioned { isWellConditioned = hasSmallCondition(row) }
        addResidual(row, items: items, solution: nil)
        for i in 0..<rank { matrix.base[i * stride + width] = Float(residual.base[i]) }
        guard kernels.cholesky(matrix.base, stride, width, 16, inverse.base) else { return .notPositiveDefinite }

        for i in 0..<width { step.base[i] = matrix.base[i * stride + width] }
        kernels.solve_backward(matrix.base, stride, width, inverse.base, step.base)
        if isWellConditioned { return write(to: result) { step.base[$0] } }
        for i in 0..<width { solution.base[i] = Double(step.base[i]) }
        addResidual(row, items: items, solution: solution.base)
        for i in 0..<width { step.base[i] = Float(residual.base[i]) }
        kernels.solve_forward(matrix.base, stride, width, inverse.base, step.base)
        kernels.solve_backward(matrix.base, stride, width, inverse.base, step.base)
        return write(to: result) { Float(solution.base[$0] + Double(step.base[$0])) }
    }

    private func write(to result: UnsafeMutablePointer<Float>, _ value: (Int) -> Float) -> RowOutcome {
        var isFinite = true
        for i in 0..<rank {
            result[i] = value(i)
            isFinite = isFinite && result[i].isFinite
        }
        return isFinite ? .solved : .notFinite
    }

    /// Σ w ‖y‖² is what the diagonal grew by.
    private func hasSmallCondition(_ row: RowData) -> Bool {
        guard let condition else { return false }
        var added = -Double(rank) * row.lambda
        for i in 0..<rank { added += Double(matrix.base[i * stride + i] - base.base[i * stride + i]) }
        return condition.value(lambda: row.lambda, added: max(0, added)) < Self.refinedFrom
    }

    /// A += Σ w y yᵀ over a chunk: rows times √w on both sides, or w y beside y where a weight is negative.
    ///
    /// - Returns: whether no weight is negative.
    private func addChunk(_ first: Int, of row: RowData, items: UnsafePointer<Float>) -> Bool {
        let count = min(chunk, row.count - first)
        let columns = row.columns + first
        let ahead = min(chunk, row.count - first - count + row.following)
        let later = columns + count
        let stride = gatheredStride
        guard let weights = row.weights.map({ $0 + first }) else {
            kernels.gather(right.base, stride, items, width, width, columns, nil, count)
            kernels.rank_update(
                matrix.base, self.stride, width, right.base, right.base, stride, count, items, width, later, ahead)
            return true
        }
        let isPositive = (0..<count).allSatisfy { weights[$0] >= 0 }
        if isPositive {
            for p in 0..<count { scale.base[p] = weights[p].squareRoot() }
            kernels.gather(right.base, stride, items, width, width, columns, scale.base, count)
            kernels.rank_update(
                matrix.base, self.stride, width, right.base, right.base, stride, count, items, width, later, ahead)
        } else {
            kernels.gather(right.base, stride, items, width, width, columns, nil, count)
            kernels.gather(left.base, stride, items, width, width, columns, weights, count)
            kernels.rank_update(
                matrix.base, self.stride, width, left.base, right.base, stride, count, items, width, later, ahead)
        }
        return isPositive
    }

    /// residual = Σ t y, or with a solution x the whole residual from the data: Σ (t − w (y·x)) y − α₀ YᵀY x − λ x.
    private func addResidual(_ row: RowData, items: UnsafePointer<Float>, solution: UnsafeMutablePointer<Double>?) {
        guard let solution else {
            residual.base.update(repeating: 0, count: width)
            for first in Swift.stride(from: 0, to: row.count, by: 256) {
                kernels.row_products(
                    residual.base, items, width, width, row.columns + first, row.targets.map { $0 + first },
                    nil, nil, min(256, row.count - first))
            }
            return
        }
        kernels.symmetric_product_double(residual.base, gramian.base, width, solution)
        for i in 0..<width { residual.base[i] = -residual.base[i] - row.lambda * solution[i] }
        for first in Swift.stride(from: 0, to: row.count, by: 256) {
            kernels.row_products_double(
                residual.base, items, width, width, row.columns + first, row.targets.map { $0 + first },
                row.weights.map { $0 + first }, solution, min(256, row.count - first))
        }
    }
}
