/// Four rows of a tile, each one vector wide.
typealias Tile<Vector> = (Vector, Vector, Vector, Vector)

// The entry points are concrete although they share generic bodies: a debug build optimises file by file and could not
// specialise a generic one from elsewhere.

/// Eight single-precision numbers from memory aligned to them.
@inline(__always)
func load8(_ pointer: UnsafePointer<Float>) -> SIMD8<Float> { UnsafeRawPointer(pointer).load(as: SIMD8<Float>.self) }

/// Eight double-precision numbers from memory aligned to them.
@inline(__always)
func load8(_ pointer: UnsafePointer<Double>) -> SIMD8<Double> { UnsafeRawPointer(pointer).load(as: SIMD8<Double>.self) }

/// Writes eight single-precision numbers to memory aligned to them.
@inline(__always)
func store8(_ vector: SIMD8<Float>, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: SIMD8<Float>.self)
}

/// Writes eight double-precision numbers to memory aligned to them.
@inline(__always)
func store8(_ vector: SIMD8<Double>, _ pointer: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: SIMD8<Double>.self)
}

/// Writes four single-precision numbers to memory aligned to them.
@inline(__always)
func store4(_ vector: SIMD4<Float>, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: SIMD4<Float>.self)
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
func tileProduct(
    left: UnsafePointer<Float>, leftStride: Int, right: UnsafePointer<Float>, rightStride: Int, depth: Int
) -> Tile<SIMD8<Float>> {
    product(left: left, leftStride: leftStride, right: right, rightStride: rightStride, depth: depth)
}

/// The same product in double precision, four lanes wide.
@inline(__always)
func tileProduct(
    left: UnsafePointer<Double>, leftStride: Int, right: UnsafePointer<Double>, rightStride: Int, depth: Int
) -> Tile<SIMD4<Double>> {
    product(left: left, leftStride: leftStride, right: right, rightStride: rightStride, depth: depth)
}

@inline(__always)
private func product<Vector: SIMD & BitwiseCopyable>(
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
        let row = UnsafeRawPointer(right).load(as: Vector.self)
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
        let row = load8(right)
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
