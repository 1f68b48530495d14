/// A linear item-item model with a closed form: S = argmin ‖R − R B‖² + λ‖B‖² with a zero diagonal, which is
/// B_ij = −P_ij / P_jj for P = (RᵀR + λI)⁻¹.
///
/// - Source: Steck 2019, "Embarrassingly shallow autoencoders for sparse data".
public struct EASE: Sendable, ItemScorer {
    /// The greatest catalogue by default: P takes 8 · items² bytes, here 3.2 GB.
    public static let defaultItemLimit = 20_000

    /// B, `items × items`, row-major.
    public let weights: [Float]
    /// The number of items.
    public let itemCount: Int
    private let usesValues: Bool

    /// Inverts the items' Gram matrix in double precision.
    ///
    /// - Parameters:
    ///   - interactions: `users × items`, from row 0.
    ///   - regularization: λ, positive; tens to thousands are usual.
    ///   - usesValues: whether values count; otherwise every interaction is 1.
    ///   - itemLimit: refuses greater catalogues.
    ///   - threads: how many share the work; any number gives the same bytes.
    /// - Throws: ``FactorizationError/invalidSetting(_:)`` for too many items or λ out of range;
    ///   ``FactorizationError/notPositiveDefinite(row:)`` when λ is too small for the data.
    public init(
        _ interactions: InteractionBlock, regularization: Double, usesValues: Bool = false,
        itemLimit: Int = EASE.defaultItemLimit, threads: Int = 1
    ) throws {
        guard regularization > 0, regularization.isFinite, threads >= 1 else {
            throw FactorizationError.invalidSetting("EASE with λ \(regularization), \(threads) threads")
        }
        let items = interactions.columnCount
        guard items <= itemLimit else {
            throw FactorizationError.invalidSetting("EASE of \(items) items, the limit is \(itemLimit)")
        }
        var matrix = DoubleMatrix(order: items)
        for row in 0..<interactions.rows {
            let range = interactions.rowOffsets[row]..<interactions.rowOffsets[row + 1]
            for a in range {
                let base = Int(interactions.columns[a]) * matrix.stride
                let value = usesValues ? Double(interactions.values[a]) : 1
                for b in a..<range.upperBound {
                    let other = usesValues ? Double(interactions.values[b]) : 1
                    matrix.base[base + Int(interactions.columns[b])] += value * other
                }
            }
        }
        for item in 0..<items { matrix.base[item * matrix.stride + item] += regularization }
        try matrix.invertSymmetric(threads: threads)
        var weights = [Float](repeating: 0, count: items * items)
        for j in 0..<items {
            let scale = -1 / matrix.base[j * matrix.stride + j]
            // P is symmetric and kept below the diagonal.
            for i in 0..<items where i != j {
                let element = matrix.base[max(i, j) * matrix.stride + min(i, j)] * scale
                weights[i * items + j] = Float(element)
            }
        }
        self.weights = weights
        itemCount = items
        self.usesValues = usesValues
    }

    /// R B for some rows.
    public func scores(rows: Range<Int>, of history: InteractionBlock) -> [Float] {
        var scores = [Float](repeating: 0, count: rows.count * itemCount)
        weights.withUnsafeBufferPointer { weights in
            scores.withUnsafeMutableBufferPointer { scores in
                for (slot, row) in rows.enumerated() {
                    for (item, value) in zip(history.columns(ofRow: row), history.values(ofRow: row)) {
                        let scale = usesValues ? value : 1
                        let line = Int(item) * itemCount
                        for j in 0..<itemCount { scores[slot * itemCount + j] += scale * weights[line + j] }
                    }
                }
            }
        }
        return scores
    }
}
