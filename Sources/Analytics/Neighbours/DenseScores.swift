internal import CKernels

/// Inner products of some users' factors with all items', `rows × items`; items pass in runs that stay in the cache.
func denseScores(users: FactorMatrix, rows: Range<Int>, items: FactorMatrix) -> [Float] {
    let kernels = Kernels.best
    let rank = items.rank
    let width = Kernels.width(rank)
    let run = max(16, 65_536 / width & ~15)
    let panel = AlignedBuffer<Float>(count: run * width)
    let user = AlignedBuffer<Float>(count: rows.count * width)
    let indices = (0..<Int32(run)).map { $0 }
    var scores = [Float](repeating: 0, count: rows.count * items.rows)
    users.values.withUnsafeBufferPointer { values in
        for (slot, row) in rows.enumerated() {
            for d in 0..<rank { user.base[slot * width + d] = values[row * rank + d] }
        }
    }
    items.values.withUnsafeBufferPointer { values in
        scores.withUnsafeMutableBufferPointer { scores in
            guard let source = values.baseAddress, let target = scores.baseAddress else { return }
            for first in stride(from: 0, to: items.rows, by: run) {
                let count = min(run, items.rows - first)
                for item in 0..<count {
                    (panel.base + item * width).update(from: source + (first + item) * rank, count: rank)
                }
                for slot in 0..<rows.count {
                    kernels.row_dots(
                        target + slot * items.rows + first, panel.base, width, width, indices,
                        user.base + slot * width, count)
                }
            }
        }
    }
    return scores
}
