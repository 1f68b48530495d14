/// The fixed blocks of rows by which clustering and likelihoods are summed, so that no result depends on the number of
/// threads.
///
/// Their number follows from the shape alone: about 4096 points each, at most 64 blocks, and fewer where the sums of all
/// clusters in all blocks would need much memory.
struct PointBlocks: Sendable {
    let rows: Int
    let count: Int

    init(rows: Int, clusters: Int = 1, columns: Int = 1) {
        self.rows = rows
        let byMemory = max(8, 8_000_000 / max(1, clusters * columns))
        count = max(1, min((rows + 4095) / 4096, 64, byMemory))
    }

    /// The rows of one block.
    subscript(block: Int) -> Range<Int> { block * rows / count..<(block + 1) * rows / count }
}
