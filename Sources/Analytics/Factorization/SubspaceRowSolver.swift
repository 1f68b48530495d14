internal import CKernels

/// Working memory that improves one row after another, one block of factors after the other.
///
/// For the factors π of a block it solves (α₀ G_ππ + Σ w y_π y_πᵀ + λ I) δ = Σ (t − w s) y_π − α₀ G_π x − λ x_π, where s
/// is the score of each observed interaction, and adds δ to x_π and δ·y_π to the scores.
final class SubspaceRowSolver {
    private let kernels = Kernels.best
    private let rank: Int
    private let width: Int
    /// Factors of a block, a multiple of 16.
    private let size: Int
    private let stride: Int
    private let chunk = 64
    private let gramian: AlignedBuffer<Float>
    private let solution: AlignedBuffer<Float>
    private let matrix: AlignedBuffer<Float>
    private let inverse: AlignedBuffer<Float>
    private let left: AlignedBuffer<Float>
    private let right: AlignedBuffer<Float>
    private let gradient: AlignedBuffer<Double>
    private let step: AlignedBuffer<Float>
    private var scores: [Float] = []
    private var coefficients: [Float] = []
    private var changes: [Float] = []

    init(gramian source: Gramian, unobservedWeight: Double, size: Int) {
        rank = source.rank
        width = Kernels.width(source.rank)
        self.size = min(width, Kernels.width(size))
        stride = self.size + 16
        gramian = AlignedBuffer(count: width * width)
        solution = AlignedBuffer(count: width)
        matrix = AlignedBuffer(count: self.size * stride)
        inverse = AlignedBuffer(count: self.size)
        left = AlignedBuffer(count: chunk * stride)
        right = AlignedBuffer(count: chunk * stride)
        gradient = AlignedBuffer(count: self.size)
        step = AlignedBuffer(count: self.size)
        for i in 0..<rank {
            for j in 0..<rank { gramian.base[i * width + j] = Float(unobservedWeight * source[i, j]) }
        }
    }

    /// Improves one row by one pass over all blocks of factors; parameters as in ``ConjugateRowSolver``.
    func solve(
        _ row: RowData, items: UnsafePointer<Float>, from start: UnsafePointer<Float>?,
        into result: UnsafeMutablePointer<Float>
    ) -> RowOutcome {
        solution.base.update(repeating: 0, count: width)
        if let start { solution.base.update(from: start, count: rank) }
        if scores.count < row.count {
            scores = [Float](repeating: 0, count: row.count)
            coefficients = scores
            changes = scores
        }
        kernels.row_dots(&scores, items, width, width, row.columns, solution.base, row.count)
        for first in Swift.stride(from: 0, to: width, by: size) {
            guard solveBlock(first, min(size, width - first), of: row, items: items) else {
                return .notPositiveDefinite
            }
        }
        for i in 0..<rank {
            result[i] = solution.base[i]
            if !result[i].isFinite { return .notFinite }
        }
        return .solved
    }

    private func solveBlock(_ first: Int, _ size: Int, of row: RowData, items: UnsafePointer<Float>) -> Bool {
        for position in 0..<row.count {
            let weight = row.weights.map { $0[position] } ?? 1
            coefficients[position] = (row.targets.map { $0[position] } ?? 1) - weight * scores[position]
        }
        for i in 0..<size {
            let line = gramian.base + (first + i) * width
            gradient.base[i] =
                -Double(kernels.dot(line, solution.base, width)) - row.lambda * Double(solution.base[first + i])
            (matrix.base + i * stride).update(from: line + first, count: size)
            matrix.base[i * stride + i] += first + i < rank ? Float(row.lambda) : 1
        }
        for start in Swift.stride(from: 0, to: row.count, by: chunk) {
            let count = min(chunk, row.count - start)
            let columns = row.columns + start
            coefficients.withUnsafeBufferPointer { coefficients in
                kernels.row_products(
                    gradient.base, items + first, width, size, columns, coefficients.baseAddress.map { $0 + start },
                    nil, nil, count)
            }
            kernels.gather(right.base, stride, items + first, width, size, columns, nil, count)
            if let weights = row.weights {
                kernels.gather(left.base, stride, items + first, width, size, columns, weights + start, count)
                kernels.rank_update(matrix.base, stride, size, left.base, right.base, stride, count, nil, 0, nil, 0)
            } else {
                kernels.rank_update(matrix.base, stride, size, right.base, right.base, stride, count, nil, 0, nil, 0)
            }
        }
        guard kernels.cholesky(matrix.base, stride, size, 0, inverse.base) else { return false }
        for i in 0..<size { step.base[i] = Float(gradient.base[i]) }
        kernels.solve_forward(matrix.base, stride, size, inverse.base, step.base)
        kernels.solve_backward(matrix.base, stride, size, inverse.base, step.base)
        for i in 0..<size { solution.base[first + i] += step.base[i] }
        if first + size < width {
            kernels.row_dots(&changes, items + first, width, size, row.columns, step.base, row.count)
            for position in 0..<row.count { scores[position] += changes[position] }
        }
        return true
    }
}
