/// Rows of a row-major matrix regrouped into panels of `width` rows, depth first, as the tile kernels read them.
///
/// Panel `p` holds `depth × width` scalars: element `[d * width + lane]` is row `p * width + lane`, column `d`.
/// Rows past the end are zero.
struct PackedPanels: ~Copyable {
    let width: Int
    let depth: Int
    let panels: Int
    private let storage: AlignedBuffer<Float>

    /// - Parameters:
    ///   - values: `rows × depth`, row-major.
    ///   - range: rows to pack; panel 0 starts at its lower bound.
    init(_ values: [Float], rows range: Range<Int>, depth: Int, width: Int) {
        self.width = width
        self.depth = depth
        panels = (range.count + width - 1) / width
        storage = AlignedBuffer(count: panels * depth * width)
        values.withUnsafeBufferPointer { fill($0, rows: range) }
    }

    /// Packs other rows of the same number, or fewer, into the same memory.
    func fill(_ values: UnsafeBufferPointer<Float>, rows range: Range<Int>) {
        guard let source = values.baseAddress, !range.isEmpty else { return }
        for panel in 0..<panels {
            let target = self[panel]
            for lane in 0..<width {
                let row = panel * width + lane
                if row < range.count {
                    let from = source + (range.lowerBound + row) * depth
                    for d in 0..<depth { target[d * width + lane] = from[d] }
                } else {
                    for d in 0..<depth { target[d * width + lane] = 0 }
                }
            }
        }
    }

    subscript(panel: Int) -> UnsafeMutablePointer<Float> { storage.base + panel * depth * width }
}
