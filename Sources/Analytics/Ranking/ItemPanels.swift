internal import CKernels

/// Items regrouped for scoring: sixteen to a panel, depth first, the greatest norm first.
///
/// In this order lists fill with good items at once, and a user is done as soon as no later item can be long enough.
final class ItemPanels: @unchecked Sendable {
    /// `count` panels of `depth × 16`.
    let panels: UnsafePointer<Float>
    let count: Int
    let depth: Int
    /// The item in each slot; −1 for padding.
    let items: [Int32]
    /// At least the norm of each item of a panel.
    let norms: [Float]

    /// - Parameters:
    ///   - factors: all items, `items × rank`.
    ///   - recommendable: `false` for items to leave out.
    init(_ factors: FactorMatrix, recommendable: [Bool]?) {
        depth = factors.rank
        let depth = factors.rank
        var norms = [Float](repeating: 0, count: factors.rows)
        factors.values.withUnsafeBufferPointer { values in
            for item in 0..<factors.rows { norms[item] = roundedUpNorm(values, row: item, rank: depth) }
        }
        let order = (0..<factors.rows).filter { recommendable?[$0] ?? true }
            .sorted { (norms[$1], $0) < (norms[$0], $1) }
        let panelCount = (order.count + 15) / 16
        var slots = [Int32](repeating: -1, count: panelCount * 16)
        let target = allocateFloats(panelCount * 16 * depth)
        target.initialize(repeating: 0, count: panelCount * 16 * depth)
        factors.values.withUnsafeBufferPointer { values in
            for (slot, item) in order.enumerated() {
                slots[slot] = Int32(item)
                let panel = target + slot / 16 * 16 * depth + slot % 16
                for d in 0..<depth { panel[d * 16] = values[item * depth + d] }
            }
        }
        panels = UnsafePointer(target)
        count = panelCount
        items = slots
        self.norms = (0..<panelCount).map { norms[order[$0 * 16]] }
    }

    deinit { ck_free(UnsafeMutableRawPointer(mutating: panels)) }
}

/// The Euclidean norm of a row, made greater by more than what rounding adds to an inner product with it.
func roundedUpNorm(_ values: UnsafeBufferPointer<Float>, row: Int, rank: Int) -> Float {
    var sum = 0.0
    for d in row * rank..<(row + 1) * rank { sum += Double(values[d]) * Double(values[d]) }
    return Float(sum.squareRoot() * (1 + Double(rank + 8) * 0x1p-23))
}
