/// Replaces the upper triangle of a symmetric matrix A by U with A = UᵀU.
///
/// Left-looking in blocks of four rows: each block takes all earlier rows off in one tile product per eight columns,
/// then finishes its own four rows. What lies below the diagonal is zero or unused afterwards.
///
/// - Parameters:
///   - a: `width × width`, row-major, aligned for vectors of eight; the upper triangle holds A.
///   - width: a multiple of 8.
/// - Returns: `false` when a pivot is not positive or not a number; A is then spoilt.
func factorizeUpper(_ a: UnsafeMutablePointer<Float>, width: Int) -> Bool {
    for block in stride(from: 0, to: width, by: 4) {
        let start = block & ~7
        for j in stride(from: start, to: width, by: 8) {
            let tile = tileProduct(
                left: a + block, leftStride: width, right: a + j, rightStride: width, depth: block)
            let target = a + block * width + j
            store8(load8(target) - tile.0, target)
            store8(load8(target + width) - tile.1, target + width)
            store8(load8(target + 2 * width) - tile.2, target + 2 * width)
            store8(load8(target + 3 * width) - tile.3, target + 3 * width)
        }
        for k in block..<block + 4 {
            let row = a + k * width
            for earlier in block..<k {
                let factor = a[earlier * width + k]
                for j in stride(from: start, to: width, by: 8) {
                    let other = load8(a + earlier * width + j)
                    store8(load8(row + j) - other * factor, row + j)
                }
            }
            let pivot = row[k]
            guard pivot > 0, pivot.isFinite else { return false }
            let inverse = 1 / pivot.squareRoot()
            for j in stride(from: start, to: width, by: 8) {
                store8(load8(row + j) * inverse, row + j)
            }
            // The solves read whole vectors: what lies left of the diagonal must not count.
            for j in start..<k { row[j] = 0 }
        }
    }
    return true
}

/// Solves UᵀU x = b in place.
///
/// - Parameters:
///   - u: the result of ``factorizeUpper(_:width:)``.
///   - width: a multiple of 8.
///   - b: the right-hand side, replaced by x; aligned for vectors of eight.
func solveUpper(_ u: UnsafeMutablePointer<Float>, width: Int, _ b: UnsafeMutablePointer<Float>) {
    for k in 0..<width {
        let row = u + k * width
        let value = b[k] / row[k]
        for j in stride(from: k & ~7, to: width, by: 8) {
            let vector = load8(row + j)
            store8(load8(b + j) - vector * value, b + j)
        }
        b[k] = value
    }
    for k in stride(from: width - 1, through: 0, by: -1) {
        let row = u + k * width
        let value = b[k]
        b[k] = 0
        var sum = SIMD8<Float>.zero
        for j in stride(from: k & ~7, to: width, by: 8) {
            let vector = load8(row + j)
            sum += vector * load8(b + j)
        }
        // Entries before k still hold the right-hand side, but U is zero there.
        b[k] = (value - laneSum(sum)) / row[k]
    }
}
