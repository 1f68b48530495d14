internal import CKernels

/// Centroids in the order in which the kernel of the nearest one reads them.
final class PackedCentroids: @unchecked Sendable {
    /// Never written after it was made.
    private let storage: AlignedBuffer<Float>
    private let description: ck_centroids

    /// - Parameters:
    ///   - centroids: `clusters × columns`, at least one.
    ///   - origin: what the expanded form of the distance is taken from, `columns` values; the closer to the points'
    ///     mean, the fewer points need a second look.
    init(_ centroids: PointMatrix, origin: [Float]) {
        let depth = centroids.columns
        let clusters = centroids.rows
        let groups = (clusters + 15) / 16
        let padded = groups * 16
        storage = AlignedBuffer(count: padded * (2 * depth + 1) + depth)
        let tiles = storage.base
        let panels = tiles + padded * depth
        let halfNorms = panels + padded * depth
        let middle = halfNorms + padded
        var greatest = 0.0
        centroids.values.withUnsafeBufferPointer { values in
            for d in 0..<depth { middle[d] = origin[d] }
            for j in 0..<padded {
                guard j < clusters else {
                    halfNorms[j] = .infinity
                    continue
                }
                var square = 0.0
                for d in 0..<depth {
                    let value = values[j * depth + d]
                    let centred = value - origin[d]
                    tiles[(j / 8 * depth + d) * 8 + j % 8] = -centred
                    panels[(j / 16 * depth + d) * 16 + j % 16] = value
                    square += Double(centred) * Double(centred)
                }
                halfNorms[j] = Float(square / 2)
                greatest = max(greatest, square)
            }
        }
        description = ck_centroids(
            tiles: tiles, half_norms: halfNorms, panels: panels, origin: middle, count: clusters, depth: depth,
            slack: Self.slack(depth: depth), greatest_norm: Float(greatest.squareRoot() * (1 + 1e-6)))
    }

    /// How many units of the squared norms a distance by ‖x‖² − 2 x·c + ‖c‖² can be wrong by in single precision: a
    /// rounding for each product and sum of the longest chain, and some for the subtraction of the origin and the rest.
    static func slack(depth: Int) -> Float { Float(depth + 12) * 0x1p-24 }

    /// Memory that ``nearest(_:rows:count:scratch:labels:upper:lower:)`` needs, in numbers.
    static func scratch(depth: Int) -> Int { 48 * depth }

    /// The nearest centroid of some points; see `nearest_centroids` in the kernels' header.
    ///
    /// - Parameters:
    ///   - points: `rows × columns`, the whole matrix or from some row on.
    ///   - rows: which rows, or `nil` for the first `count`.
    func nearest(
        _ points: UnsafePointer<Float>, rows: UnsafePointer<Int32>?, count: Int, scratch: UnsafeMutablePointer<Float>,
        labels: UnsafeMutablePointer<Int32>, upper: UnsafeMutablePointer<Float>, lower: UnsafeMutablePointer<Float>
    ) {
        var description = description
        Kernels.best.nearest_centroids(points, rows, count, &description, scratch, labels, upper, lower)
    }
}
