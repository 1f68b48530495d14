/// What K-Means must know of all points before it begins.
struct PointSummary: Sendable {
    /// Mean of each column, rounded.
    let origin: [Float]
    /// Σ ‖x − origin‖².
    let squares: Double

    /// - Throws: ``ClusteringError/tooLarge(row:)`` when squares could exceed single precision.
    init(_ points: PointMatrix, threads: Int) throws {
        let columns = points.columns
        let blocks = PointBlocks(rows: points.rows)
        let sums = SharedArray(repeating: 0.0, count: blocks.count * columns)
        try inParallel(threads: threads, pieces: blocks.count) {
        } body: { _, block in
            let sum = sums.base + block * columns
            try points.values.withUnsafeBufferPointer { values in
                for row in blocks[block] {
                    for column in 0..<columns {
                        let value = values[row * columns + column]
                        guard value.magnitude <= Self.greatest else { throw ClusteringError.tooLarge(row: row) }
                        sum[column] += Double(value)
                    }
                }
            }
        }
        var means = [Double](repeating: 0, count: columns)
        for block in 0..<blocks.count {
            for column in 0..<columns { means[column] += sums.base[block * columns + column] }
        }
        let origin = means.map { Float($0 / Double(max(1, points.rows))) }
        let parts = SharedArray(repeating: 0.0, count: blocks.count)
        try inParallel(threads: threads, pieces: blocks.count) {
        } body: { _, block in
            points.values.withUnsafeBufferPointer { values in
                origin.withUnsafeBufferPointer { origin in
                    var sum = 0.0
                    for row in blocks[block] {
                        for column in 0..<columns {
                            let difference = Double(values[row * columns + column]) - Double(origin[column])
                            sum += difference * difference
                        }
                    }
                    parts.base[block] = sum
                }
            }
        }
        self.origin = origin
        squares = parts.array.reduce(0, +)
    }

    /// The greatest coordinate whose square, summed over very many columns, is still a finite single-precision number.
    static let greatest: Float = 1e16
}
