internal import CKernels

/// Working memory that improves one row after another by conjugate gradient.
final class ConjugateRowSolver {
    private let kernels = Kernels.best
    private let rank: Int
    private let width: Int
    private let steps: Int
    private let gramian: AlignedBuffer<Float>
    private let solution: AlignedBuffer<Float>
    private let scratch: AlignedBuffer<Float>

    init(gramian source: Gramian, unobservedWeight: Double, steps: Int) {
        rank = source.rank
        width = Kernels.width(source.rank)
        self.steps = steps
        gramian = AlignedBuffer(count: width * width)
        solution = AlignedBuffer(count: width)
        scratch = AlignedBuffer(count: 6 * width)
        for i in 0..<rank {
            for j in 0..<rank { gramian.base[i * width + j] = Float(unobservedWeight * source[i, j]) }
        }
    }

    /// Improves one row.
    ///
    /// - Parameters:
    ///   - row: the row's interactions.
    ///   - items: factors of the other side, `items × width`.
    ///   - start: `rank` factors to start from; zeros when nil.
    ///   - result: receives `rank` factors.
    func solve(
        _ row: RowData, items: UnsafePointer<Float>, from start: UnsafePointer<Float>?,
        into result: UnsafeMutablePointer<Float>
    ) -> RowOutcome {
        solution.base.update(repeating: 0, count: width)
        if let start { solution.base.update(from: start, count: rank) }
        let residual = kernels.conjugate_gradient(
            solution.base, gramian.base, Float(row.lambda), items, width, width, row.columns, row.targets, row.weights,
            row.count, row.following, Int32(steps), scratch.base)
        if residual < 0 { return .notPositiveDefinite }
        for i in 0..<rank {
            result[i] = solution.base[i]
            if !result[i].isFinite { return .notFinite }
        }
        return .solved
    }
}
