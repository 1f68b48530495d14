internal import CKernels

/// A square matrix in double precision on large pages, for factorisations that do not fit the cache.
struct DoubleMatrix: ~Copyable {
    /// Rows and columns.
    let order: Int
    /// The order rounded up to whole vectors; padding is the identity.
    let padded: Int
    /// Elements between rows, not a multiple of a page.
    let stride: Int
    let base: UnsafeMutablePointer<Double>

    /// Zeros.
    init(order: Int) {
        self.order = order
        padded = (order + 7) & ~7
        stride = padded + 8
        let count = max(1, padded * stride)
        guard let memory = ck_allocate(count * 8) else { fatalError("no memory for \(count) numbers") }
        base = memory.bindMemory(to: Double.self, capacity: count)
        base.initialize(repeating: 0, count: count)
    }

    deinit { ck_free(UnsafeMutableRawPointer(base)) }

    /// Rows of a block; a panel of so many rows of a large matrix stays in the second-level cache.
    static let block = 64

    /// Replaces the matrix, given by its upper triangle, by the factor U of A = UᵀU and, below the diagonal, its transpose.
    ///
    /// Cholesky factorisation by blocks; any number of threads gives the same bytes.
    ///
    /// - Throws: ``FactorizationError/notPositiveDefinite(row:)``.
    mutating func factorizeSymmetric(threads: Int) throws {
        for i in order..<padded { base[i * stride + i] = 1 }
        let memory = SharedDoubles(base: base)
        let (padded, stride, block) = (padded, stride, Self.block)
        let blocks = (padded + block - 1) / block
        for k in 0..<blocks {
            let rows = k * block..<min(padded, (k + 1) * block)
            try factorizeDiagonal(rows)
            // The rest of these rows, then what they take off all later rows, in strips of columns.
            try inParallel(threads: threads, pieces: blocks - k - 1) {
            } body: { _, strip in
                let columns = (k + 1 + strip) * block..<min(padded, (k + 2 + strip) * block)
                solveTransposed(memory.base, stride, rows, columns)
            }
            try inParallel(threads: threads, pieces: blocks - k - 1) {
                Kernels.best
            } body: { kernels, strip in
                let columns = (k + 1 + strip) * block..<min(padded, (k + 2 + strip) * block)
                let panel = memory.base + rows.lowerBound * stride
                kernels.subtract_product_double(
                    memory.base + rows.upperBound * stride + columns.lowerBound, stride, panel + rows.upperBound,
                    stride, panel + columns.lowerBound, stride, columns.upperBound - rows.upperBound, columns.count,
                    rows.count)
            }
        }
        for i in 0..<padded { for j in 0..<i { base[i * stride + j] = base[j * stride + i] } }
    }

    /// Solves A X = B after ``factorizeSymmetric(threads:)``.
    ///
    /// - Parameters:
    ///   - x: B, `padded × width`, which becomes X.
    ///   - width: columns, a multiple of 8.
    func solveFactorized(_ x: UnsafeMutablePointer<Double>, width: Int) {
        solveColumns(base, stride, rows: 0..<padded, x, width: width, kernels: Kernels.best)
    }

    /// Replaces the matrix, given by its upper triangle, by its inverse, kept as its lower triangle.
    ///
    /// The columns of the inverse in blocks of 64, each alone, so that any number of threads gives the same bytes.
    ///
    /// - Throws: ``FactorizationError/notPositiveDefinite(row:)``.
    mutating func invertSymmetric(threads: Int) throws {
        try factorizeSymmetric(threads: threads)
        let memory = SharedDoubles(base: base)
        let (padded, stride, block) = (padded, stride, Self.block)
        let blocks = (padded + block - 1) / block
        let inverse = DoubleMatrix(order: order)
        let result = SharedDoubles(base: inverse.base)
        try inParallel(threads: threads, pieces: blocks) {
            Kernels.best
        } body: { kernels, piece in
            let columns = piece * block..<min(padded, (piece + 1) * block)
            inverseColumns(memory.base, stride, order: padded, columns, into: result.base, kernels: kernels)
        }
        base.update(from: inverse.base, count: padded * stride)
    }

    private func factorizeDiagonal(_ rows: Range<Int>) throws(FactorizationError) {
        for k in rows {
            let pivot = base[k * stride + k]
            guard pivot > 0, pivot.isFinite else { throw .notPositiveDefinite(row: k) }
            let root = pivot.squareRoot()
            for j in k..<rows.upperBound { base[k * stride + j] /= root }
            for i in k + 1..<max(k + 1, rows.upperBound) {
                let factor = base[k * stride + i]
                for j in i..<rows.upperBound { base[i * stride + j] -= factor * base[k * stride + j] }
            }
        }
    }
}

/// Memory that threads write disjoint parts of.
struct SharedDoubles: @unchecked Sendable {
    let base: UnsafeMutablePointer<Double>
}

/// Rows of U beside a finished diagonal block: U_kk⁻ᵀ A, for some columns.
private func solveTransposed(
    _ a: UnsafeMutablePointer<Double>, _ stride: Int, _ rows: Range<Int>, _ columns: Range<Int>
) {
    for k in rows {
        let line = a + k * stride
        let inverse = 1 / line[k]
        for j in columns { line[j] *= inverse }
        for i in k + 1..<max(k + 1, rows.upperBound) {
            let factor = line[i]
            let other = a + i * stride
            for j in columns { other[j] -= factor * line[j] }
        }
    }
}

/// The columns [columns] of (UᵀU)⁻¹ from their first row down; `a` holds U and below the diagonal its transpose.
private func inverseColumns(
    _ a: UnsafeMutablePointer<Double>, _ stride: Int, order: Int, _ columns: Range<Int>,
    into result: UnsafeMutablePointer<Double>, kernels: ck_kernels
) {
    let width = columns.count
    let start = columns.lowerBound
    let count = order - start
    let x = AlignedBuffer<Double>(count: count * width)
    for j in 0..<width { x.base[j * width + j] = 1 }
    solveColumns(a, stride, rows: start..<order, x.base, width: width, kernels: kernels)
    for row in 0..<count {
        for j in 0..<width { result[(start + row) * stride + start + j] = x.base[row * width + j] }
    }
}

/// Solves UᵀU X = B for right sides that are zero above the first of `rows`; `a` holds U and below the diagonal its transpose.
private func solveColumns(
    _ a: UnsafeMutablePointer<Double>, _ stride: Int, rows all: Range<Int>, _ x: UnsafeMutablePointer<Double>,
    width: Int, kernels: ck_kernels
) {
    let (start, order) = (all.lowerBound, all.upperBound)
    let block = DoubleMatrix.block
    // Uᵀ z = b, downwards.
    for first in Swift.stride(from: start, to: order, by: block) {
        let rows = first..<min(order, first + block)
        let target = x + (first - start) * width
        if first > start {
            kernels.subtract_product_double(
                target, width, a + start * stride + first, stride, x, width, rows.count, width, first - start)
        }
        for k in rows {
            let line = x + (k - start) * width
            let inverse = 1 / a[k * stride + k]
            for j in 0..<width { line[j] *= inverse }
            for i in k + 1..<max(k + 1, rows.upperBound) {
                let factor = a[k * stride + i]
                let other = x + (i - start) * width
                for j in 0..<width { other[j] -= factor * line[j] }
            }
        }
    }
    // U x = z, upwards.
    for first in Swift.stride(from: start, to: order, by: block).reversed() {
        let rows = first..<min(order, first + block)
        let target = x + (first - start) * width
        if rows.upperBound < order {
            kernels.subtract_product_double(
                target, width, a + rows.upperBound * stride + first, stride, x + (rows.upperBound - start) * width,
                width, rows.count, width, order - rows.upperBound)
        }
        for k in rows.reversed() {
            let line = x + (k - start) * width
            let inverse = 1 / a[k * stride + k]
            for j in 0..<width { line[j] *= inverse }
            for i in rows.lowerBound..<k {
                let factor = a[i * stride + k]
                let other = x + (i - start) * width
                for j in 0..<width { other[j] -= factor * line[j] }
            }
        }
    }
}
