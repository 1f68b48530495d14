import Synchronization

/// An interaction matrix with the values that a similarity multiplies, both ways round.
struct WeighedMatrix {
    /// `items × users`.
    let byItem: InteractionBlock
    /// `users × items`.
    let byUser: InteractionBlock
    /// The similarity of two items from their inner product.
    let similarity: @Sendable (_ product: Double, _ item: Int, _ other: Int) -> Double

    init(
        _ interactions: InteractionBlock, weighting: NeighbourWeighting, usesValues: Bool
    ) throws(FactorizationError) {
        var values = usesValues ? interactions.values : [Float](repeating: 1, count: interactions.count)
        var itemSizes = [Double](repeating: 0, count: interactions.columnCount)
        for column in interactions.columns { itemSizes[Int(column)] += 1 }
        func weigh(_ weight: (_ value: Double, _ userSize: Double, _ item: Int) -> Double) {
            for row in 0..<interactions.rows {
                let range = interactions.rowOffsets[row]..<interactions.rowOffsets[row + 1]
                for position in range {
                    let item = Int(interactions.columns[position])
                    values[position] = Float(weight(Double(values[position]), Double(range.count), item))
                }
            }
        }
        switch weighting {
        case .cosine(let shrinkage, let power):
            guard shrinkage >= 0, shrinkage.isFinite, power >= 0, power.isFinite else {
                throw .invalidSetting("cosine with shrinkage \(shrinkage), power \(power), must be finite and ≥ 0")
            }
            var squares = [Double](repeating: 0, count: interactions.columnCount)
            for (column, value) in zip(interactions.columns, values) {
                squares[Int(column)] += Double(value) * Double(value)
            }
            let norms = squares.map { $0.squareRoot() }
            weigh { value, size, _ in value * Elementary.pow(size, -power / 2) }
            similarity = { product, item, other in product / (norms[item] * norms[other] + shrinkage) }
        case .bm25(let k1, let b):
            guard k1 >= 0, k1 <= 1e6, b >= 0, b <= 1 else {
                throw .invalidSetting("BM25 with K₁ \(k1), B \(b), must be in 0…10⁶ and in 0…1")
            }
            // An item is a document, a user a term.
            let mean = max(1e-9, Double(interactions.count) / Double(max(1, interactions.columnCount)))
            let documents = Double(interactions.columnCount)
            weigh { value, size, item in
                let inverse = Elementary.log(documents) - Elementary.log(1 + size)
                let length = 1 - b + b * itemSizes[item] / mean
                return max(1e-6, inverse) * value * (k1 + 1) / (k1 * length + value)
            }
            similarity = { product, _, _ in product }
        case .normalizedAdjacency:
            weigh { value, size, item in value / (size * itemSizes[item]).squareRoot() }
            similarity = { product, _, _ in product }
        }
        byUser = InteractionBlock(
            unchecked: interactions.columns, values: values, rowOffsets: interactions.rowOffsets, firstRow: 0,
            columnCount: interactions.columnCount)
        byItem = byUser.transposed()
    }
}

/// The most similar columns for each row of left · right, without the diagonal; sums in double precision.
///
/// - Throws: ``FactorizationError/notFinite(row:)`` when a similarity overflows.
func neighbourRows(
    left: InteractionBlock, right: InteractionBlock, keep: Int, threads: Int,
    similarity: @escaping @Sendable (_ product: Double, _ row: Int, _ column: Int) -> Double
) throws -> InteractionBlock {
    let run = 64
    let pieces = (left.rows + run - 1) / run
    let parts = Mutex([[(column: Int32, value: Float)]](repeating: [], count: left.rows))
    try inParallel(threads: threads, pieces: pieces) {
        Accumulator(count: right.columnCount)
    } body: { accumulator, piece in
        for row in piece * run..<min(left.rows, (piece + 1) * run) {
            let found = try accumulator.best(row, left: left, right: right, keep: keep, similarity: similarity)
            parts.withLock { $0[row] = found }
        }
    }
    var offsets = [0]
    var columns: [Int32] = []
    var values: [Float] = []
    for row in parts.withLock({ $0 }) {
        for (column, value) in row {
            columns.append(column)
            values.append(value)
        }
        offsets.append(columns.count)
    }
    return InteractionBlock(
        unchecked: columns, values: values, rowOffsets: offsets, firstRow: 0, columnCount: right.columnCount)
}

/// One row of a sparse product at a time.
private final class Accumulator {
    private var sums: [Double]
    private var touched: [Int32] = []

    init(count: Int) { sums = [Double](repeating: 0, count: count) }

    func best(
        _ row: Int, left: InteractionBlock, right: InteractionBlock, keep: Int,
        similarity: (_ product: Double, _ row: Int, _ column: Int) -> Double
    ) throws(FactorizationError) -> [(column: Int32, value: Float)] {
        touched.removeAll(keepingCapacity: true)
        for position in left.rowOffsets[row]..<left.rowOffsets[row + 1] {
            let middle = Int(left.columns[position])
            let weight = Double(left.values[position])
            for other in right.rowOffsets[middle]..<right.rowOffsets[middle + 1] {
                let column = right.columns[other]
                if sums[Int(column)] == 0 { touched.append(column) }
                sums[Int(column)] += weight * Double(right.values[other])
            }
        }
        var found: [(column: Int32, value: Float)] = []
        found.reserveCapacity(touched.count)
        for column in touched {
            if Int(column) != row {
                let value = Float(similarity(sums[Int(column)], row, Int(column)))
                guard value.isFinite else { throw .notFinite(row: row) }
                if value > 0 { found.append((column, value)) }
            }
            sums[Int(column)] = 0
        }
        if found.count > keep {
            found.sort { ($1.value, $0.column) < ($0.value, $1.column) }
            found.removeLast(found.count - keep)
        }
        found.sort { $0.column < $1.column }
        return found
    }
}
