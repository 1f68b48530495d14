internal import CKernels

/// Rows of single-precision numbers lengthened by zeros to whole vectors, on large pages: what kernels gather from.
final class PaddedRows: @unchecked Sendable {
    /// Never written after it was made.
    let base: UnsafePointer<Float>
    /// Elements of a row, a multiple of 16.
    let width: Int
    let rows: Int

    /// - Parameters:
    ///   - values: `rows × rank`, row-major.
    ///   - rank: elements of a row.
    init(_ values: [Float], rank: Int) {
        let width = Kernels.width(rank)
        let rows = values.count / max(1, rank)
        let target = allocateFloats(rows * width)
        values.withUnsafeBufferPointer { values in
            guard let source = values.baseAddress else { return }
            if rank == width {
                target.update(from: source, count: rows * width)
            } else {
                for row in 0..<rows {
                    (target + row * width).update(from: source + row * rank, count: rank)
                    (target + row * width + rank).update(repeating: 0, count: width - rank)
                }
            }
        }
        self.width = width
        self.rows = rows
        base = UnsafePointer(target)
    }

    deinit { ck_free(UnsafeMutableRawPointer(mutating: base)) }
}

/// Memory for `count` numbers on a boundary of 64 bytes, not set to anything; to be given back with `ck_free`.
func allocateFloats(_ count: Int) -> UnsafeMutablePointer<Float> {
    guard let memory = ck_allocate(count * MemoryLayout<Float>.stride) else {
        fatalError("no memory for \(count) numbers")
    }
    return memory.bindMemory(to: Float.self, capacity: max(1, count))
}
