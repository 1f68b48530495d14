/// Four rows of a tile, each one vector wide.
typealias Tile<Vector> = (Vector, Vector, Vector, Vector)

/// Reads one vector from memory aligned to it.
@inline(__always)
func loadVector<Vector: SIMD & BitwiseCopyable>(_ pointer: UnsafePointer<Vector.Scalar>) -> Vector {
    UnsafeRawPointer(pointer).load(as: Vector.self)
}

/// Eight single-precision numbers from memory aligned to them.
@inline(__always)
func load8(_ pointer: UnsafePointer<Float>) -> SIMD8<Float> { loadVector(pointer) }

/// Eight double-precision numbers from memory aligned to them.
@inline(__always)
func load8(_ pointer: UnsafePointer<Double>) -> SIMD8<Double> { loadVector(pointer) }

/// Writes one vector to memory aligned to it.
@inline(__always)
func storeVector<Vector: SIMD & BitwiseCopyable>(_ vector: Vector, _ pointer: UnsafeMutablePointer<Vector.Scalar>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: Vector.self)
}

/// The sum of a vector's lanes in an order of our own: halves onto halves.
@inline(__always)
func laneSum(_ vector: SIMD8<Float>) -> Float {
    let half = vector.lowHalf + vector.highHalf
    let quarter = half.lowHalf + half.highHalf
    return quarter.x + quarter.y
}

/// The sum of a vector's lanes in an order of our own: halves onto halves.
@inline(__always)
func laneSum(_ vector: SIMD8<Double>) -> Double {
    let half = vector.lowHalf + vector.highHalf
    let quarter = half.lowHalf + half.highHalf
    return quarter.x + quarter.y
}

/// Σ_d left[d][0..<4] ⊗ right[d][0..<lanes], the one product under normal equations, Cholesky, Gramian and top-N.
///
/// The sixteen accumulators stay in registers for the whole depth; each element is summed in ascending `d` with one
/// product and one addition at a time, so its bits depend on its own operands alone and never on the tiling.
///
/// - Parameters:
///   - left: `depth` groups of 4 scalars, `leftStride` apart.
///   - right: `depth` vectors, `rightStride` scalars apart, aligned to the vector.
@inline(__always)
func tileProduct<Vector: SIMD & BitwiseCopyable>(
    left: UnsafePointer<Vector.Scalar>, leftStride: Int,
    right: UnsafePointer<Vector.Scalar>, rightStride: Int, depth: Int
) -> Tile<Vector> where Vector.Scalar: BinaryFloatingPoint {
    var a = Vector.zero
    var b = Vector.zero
    var c = Vector.zero
    var d = Vector.zero
    var left = left
    var right = right
    for _ in 0..<depth {
        let row: Vector = loadVector(right)
        a += row * left[0]
        b += row * left[1]
        c += row * left[2]
        d += row * left[3]
        left += leftStride
        right += rightStride
    }
    return (a, b, c, d)
}

/// Squared Euclidean distances of 4 points to 8 others: Σ_d (left[d][r] − right[d][lane])².
///
/// Differences, not the expanded ‖x‖² − 2x·c + ‖c‖², so that close points do not cancel.
@inline(__always)
func tileSquaredDistance(
    left: UnsafePointer<Float>, right: UnsafePointer<Float>, depth: Int
) -> Tile<SIMD8<Float>> {
    var a = SIMD8<Float>.zero
    var b = SIMD8<Float>.zero
    var c = SIMD8<Float>.zero
    var d = SIMD8<Float>.zero
    var left = left
    var right = right
    for _ in 0..<depth {
        let row: SIMD8<Float> = loadVector(right)
        let da = row - left[0]
        let db = row - left[1]
        let dc = row - left[2]
        let dd = row - left[3]
        a += da * da
        b += db * db
        c += dc * dc
        d += dd * dd
        left += 4
        right += 8
    }
    return (a, b, c, d)
}
