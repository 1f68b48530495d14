/// The fixed blocks of rows by which sums are formed, so that no result depends on how rows are sharded.
///
/// The block size follows from the number of rows alone: the least power of two, at least 32, that makes at most 256
/// blocks. Shards are runs of whole blocks.
public struct RowBlocks: Sendable, Equatable {
    /// Rows of the whole matrix.
    public let rows: Int
    /// Rows of every block but the last.
    public let rowsPerBlock: Int

    /// The blocks of a matrix of `rows` rows.
    public init(rows: Int) {
        self.rows = max(0, rows)
        var size = 32
        while size * 256 < rows { size *= 2 }
        rowsPerBlock = size
    }

    /// The number of blocks.
    public var count: Int { (rows + rowsPerBlock - 1) / rowsPerBlock }

    /// The rows of one block.
    public subscript(block: Int) -> Range<Int> {
        block * rowsPerBlock..<min(rows, (block + 1) * rowsPerBlock)
    }

    /// Splits the rows into at most `shards` runs of whole blocks with about equal cost.
    ///
    /// - Parameters:
    ///   - shards: how many are wanted; fewer come back when there are fewer blocks.
    ///   - costOfRow: relative work of a row, not negative; equal by default.
    /// - Returns: row ranges, ascending, none empty, together all rows.
    public func shards(_ shards: Int, costOfRow: (Int) -> Double = { _ in 1 }) -> [Range<Int>] {
        guard count > 0 else { return [] }
        let wanted = max(1, min(shards, count))
        let costs = (0..<count).map { self[$0].reduce(0) { $0 + costOfRow($1) } }
        let total = costs.reduce(0, +)
        var ranges: [Range<Int>] = []
        var first = 0
        var done = 0.0
        for block in 0..<count {
            done += costs[block]
            let open = wanted - ranges.count
            let blocksLeft = count - block - 1
            // The last shard takes what is left; a shard also ends when each later one needs a block of its own.
            guard open > 1 else { break }
            if done >= total * Double(ranges.count + 1) / Double(wanted) || blocksLeft == open - 1 {
                ranges.append(self[first].lowerBound..<self[block].upperBound)
                first = block + 1
            }
        }
        ranges.append(self[first].lowerBound..<rows)
        return ranges
    }
}
