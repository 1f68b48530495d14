/// Working memory and kernels that solve one row's normal equations after another.
///
/// The matrix A = α₀ YᵀY + Σ w y yᵀ + λ I is kept as its upper triangle, row-major, `width × width` with `width` the
/// rank rounded up to 8; padding is the identity. Everything is single precision but the residual: after the first
/// solution the residual is formed in double precision from the data and solved for once more, which brings the
/// rounding of A and of its Cholesky factor down to that of the result.
struct RowSystem: ~Copyable {
    /// Why a row has no solution.
    enum Outcome { case solved, notPositiveDefinite, notFinite }

    /// Interactions gathered before the rank update; their two panels stay in the first-level cache up to rank 64.
    private static let chunk = 64

    let rank: Int
    let width: Int
    private let objective: ImplicitObjective
    /// α₀ YᵀY, upper triangle, single precision.
    private let base: AlignedBuffer<Float>
    /// α₀ YᵀY, full, double precision.
    private let gramian: AlignedBuffer<Double>
    /// A, then U with A = UᵀU.
    private let matrix: AlignedBuffer<Float>
    private let left: AlignedBuffer<Float>
    private let right: AlignedBuffer<Float>
    private let residual: AlignedBuffer<Double>
    private let solution: AlignedBuffer<Double>
    private let step: AlignedBuffer<Float>

    init(gramian source: Gramian, objective: ImplicitObjective) {
        rank = source.rank
        width = (source.rank + 7) & ~7
        self.objective = objective
        base = AlignedBuffer(count: width * width)
        gramian = AlignedBuffer(count: width * width)
        matrix = AlignedBuffer(count: width * width)
        left = AlignedBuffer(count: width * Self.chunk)
        right = AlignedBuffer(count: width * Self.chunk)
        residual = AlignedBuffer(count: width)
        solution = AlignedBuffer(count: width)
        step = AlignedBuffer(count: width)
        for i in 0..<rank {
            for j in 0..<rank {
                let value = objective.unobservedWeight * source[i, j]
                gramian.base[i * width + j] = value
                base.base[i * width + j] = Float(value)
            }
        }
        for i in rank..<width { base.base[i * width + i] = 1 }
    }

    /// Solves one row.
    ///
    /// - Parameters:
    ///   - columns: the row's interactions.
    ///   - values: their strengths.
    ///   - items: factors of the other side, `items × width`, padded with zeros.
    ///   - lambda: the row's regularisation.
    ///   - result: receives `rank` factors.
    borrowing func solve(
        columns: UnsafeBufferPointer<Int32>, values: UnsafeBufferPointer<Float>, items: UnsafePointer<Float>,
        lambda: Double, into result: UnsafeMutablePointer<Float>
    ) -> Outcome {
        matrix.base.update(from: base.base, count: width * width)
        for i in 0..<rank { matrix.base[i * width + i] += Float(lambda) }
        for first in stride(from: 0, to: columns.count, by: Self.chunk) {
            let range = first..<min(first + Self.chunk, columns.count)
            gather(range, columns: columns, values: values, items: items)
            addProducts(depth: range.count)
        }
        guard factorizeUpper(matrix.base, width: width) else { return .notPositiveDefinite }

        solution.base.update(repeating: 0, count: width)
        for isRefinement in [false, true] {
            formResidual(
                columns: columns, values: values, items: items, lambda: lambda, hasSolution: isRefinement)
            for i in 0..<width { step.base[i] = Float(residual.base[i]) }
            solveUpper(matrix.base, width: width, step.base)
            for i in 0..<width { solution.base[i] += Double(step.base[i]) }
        }
        for i in 0..<rank {
            result[i] = Float(solution.base[i])
            if !result[i].isFinite { return .notFinite }
        }
        return .solved
    }

    /// Packs interactions as the tile kernel reads them: weighted on the left in fours, plain on the right in eights.
    private borrowing func gather(
        _ range: Range<Int>, columns: UnsafeBufferPointer<Int32>, values: UnsafeBufferPointer<Float>,
        items: UnsafePointer<Float>
    ) {
        for position in range {
            let slot = position - range.lowerBound
            let row = UnsafeRawPointer(items + Int(columns[position]) * width)
            let weight = Float(objective.weights(values[position]).matrix)
            for i in stride(from: 0, to: width, by: 8) {
                let vector = row.loadUnaligned(fromByteOffset: i * 4, as: SIMD8<Float>.self)
                store8(vector, right.base + i * Self.chunk + slot * 8)
                let weighted = vector * weight
                store4(weighted.lowHalf, left.base + i * Self.chunk + slot * 4)
                store4(weighted.highHalf, left.base + (i + 4) * Self.chunk + slot * 4)
            }
        }
    }

    /// A += Σ w y yᵀ over the gathered interactions, upper triangle.
    private borrowing func addProducts(depth: Int) {
        for i in stride(from: 0, to: width, by: 4) {
            for j in stride(from: i & ~7, to: width, by: 8) {
                let tile = tileProduct(
                    left: left.base + i * Self.chunk, leftStride: 4,
                    right: right.base + j * Self.chunk, rightStride: 8, depth: depth)
                let target = matrix.base + i * width + j
                store8(load8(target) + tile.0, target)
                store8(load8(target + width) + tile.1, target + width)
                store8(load8(target + 2 * width) + tile.2, target + 2 * width)
                store8(load8(target + 3 * width) + tile.3, target + 3 * width)
            }
        }
    }

    /// residual = Σ c y − A x, from the data: Σ (c − w (y·x)) y − α₀ YᵀY x − λ x.
    private borrowing func formResidual(
        columns: UnsafeBufferPointer<Int32>, values: UnsafeBufferPointer<Float>, items: UnsafePointer<Float>,
        lambda: Double, hasSolution: Bool
    ) {
        if hasSolution {
            for i in 0..<rank {
                var sum = SIMD8<Double>.zero
                for j in stride(from: 0, to: width, by: 8) {
                    let row = load8(gramian.base + i * width + j)
                    sum += row * load8(solution.base + j)
                }
                residual.base[i] = -laneSum(sum) - lambda * solution.base[i]
            }
        } else {
            residual.base.update(repeating: 0, count: width)
        }
        for position in columns.indices {
            let row = UnsafeRawPointer(items + Int(columns[position]) * width)
            let weights = objective.weights(values[position])
            var coefficient = weights.target
            if hasSolution {
                var sum = SIMD8<Double>.zero
                for i in stride(from: 0, to: width, by: 8) {
                    let vector = row.loadUnaligned(fromByteOffset: i * 4, as: SIMD8<Float>.self)
                    sum += SIMD8<Double>(vector) * load8(solution.base + i)
                }
                coefficient -= weights.matrix * laneSum(sum)
            }
            for i in stride(from: 0, to: width, by: 8) {
                let vector = row.loadUnaligned(fromByteOffset: i * 4, as: SIMD8<Float>.self)
                store8(load8(residual.base + i) + SIMD8<Double>(vector) * coefficient, residual.base + i)
            }
        }
    }
}
