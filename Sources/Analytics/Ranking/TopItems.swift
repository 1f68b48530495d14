/// Finds the best items of each user by the inner product of their factors.
///
/// Scores are formed in tiles of 4 users × 8 items and dropped at once unless they beat the user's list so far; an
/// element's bits depend on its own two rows only, so any split of the users gives the same lists. Equal scores rank by
/// the lower item index.
///
/// - Parameters:
///   - users: a block of users, `rows × rank`.
///   - items: all items, `items × rank`.
///   - count: the longest list, at least 1; a list is shorter when fewer items are allowed.
///   - excluded: items that a user must not get, such as those already bought: row `r` belongs to `users` row `r`;
///     values are ignored.
///   - recommendable: `false` for items that nobody may get; all are allowed without it.
///   - check: called every few users; what it throws ends the work, for cancellation.
/// - Returns: one list per row of `users`.
/// - Throws: ``RankingError`` when sizes do not fit or `count` is not positive; what `check` throws.
public func topItems(
    users: FactorMatrix, items: FactorMatrix, count: Int, excluding excluded: InteractionBlock? = nil,
    recommendable: [Bool]? = nil, check: () throws -> Void = {}
) throws -> RankedLists {
    guard count >= 1 else { throw RankingError.invalidCount(count) }
    guard users.rank == items.rank else {
        throw RankingError.mismatch("users of rank \(users.rank), items of rank \(items.rank)")
    }
    if let excluded, excluded.rows != users.rows || excluded.columnCount != items.rows {
        throw RankingError.mismatch(
            "\(excluded.rows) × \(excluded.columnCount) exclusions for \(users.rows) users and \(items.rows) items")
    }
    if let recommendable, recommendable.count != items.rows {
        throw RankingError.mismatch("a mask of \(recommendable.count) for \(items.rows) items")
    }
    let right = PackedPanels(items.values, rows: 0..<items.rows, depth: items.rank, width: 8)
    let left = PackedPanels(users.values, rows: 0..<min(4, users.rows), depth: users.rank, width: 4)
    var selection = TopSelection(
        limit: min(count, max(1, items.rows)), itemCount: items.rows, excluded: excluded, recommendable: recommendable)
    try users.values.withUnsafeBufferPointer { values in
        for first in stride(from: 0, to: users.rows, by: 4) {
            if first.isMultiple(of: 64) { try check() }
            let range = first..<min(first + 4, users.rows)
            left.fill(values, rows: range)
            for panel in 0..<right.panels {
                let tile = tileProduct(
                    left: left[0], leftStride: 4, right: right[panel], rightStride: 8, depth: users.rank)
                selection.offer(tile.0, slot: 0, row: first, firstItem: panel * 8)
                if range.count > 1 { selection.offer(tile.1, slot: 1, row: first + 1, firstItem: panel * 8) }
                if range.count > 2 { selection.offer(tile.2, slot: 2, row: first + 2, firstItem: panel * 8) }
                if range.count > 3 { selection.offer(tile.3, slot: 3, row: first + 3, firstItem: panel * 8) }
            }
            for row in range { selection.finish(slot: row - first) }
        }
    }
    return selection.lists
}

/// The lists of four users at a time, with the filters that apply to a candidate only once its score is good enough.
private struct TopSelection {
    private let itemCount: Int
    private let excluded: InteractionBlock?
    private let recommendable: [Bool]?
    private var heaps: [BoundedHeap]
    private var thresholds: SIMD4<Float>
    private var offsets = [0]
    private var items: [Int32] = []
    private var scores: [Float] = []

    init(limit: Int, itemCount: Int, excluded: InteractionBlock?, recommendable: [Bool]?) {
        self.itemCount = itemCount
        self.excluded = excluded
        self.recommendable = recommendable
        heaps = [BoundedHeap](repeating: BoundedHeap(limit: limit), count: 4)
        thresholds = SIMD4(repeating: -.infinity)
    }

    var lists: RankedLists { RankedLists(rowOffsets: offsets, items: items, scores: scores) }

    /// Items come in ascending order, so one that only equals the worst kept never replaces it.
    @inline(__always)
    mutating func offer(_ vector: SIMD8<Float>, slot: Int, row: Int, firstItem: Int) {
        if anyExceeds(vector, thresholds[slot]) { take(vector, slot: slot, row: row, firstItem: firstItem) }
    }

    @inline(never)
    private mutating func take(_ vector: SIMD8<Float>, slot: Int, row: Int, firstItem: Int) {
        for lane in 0..<min(8, itemCount - firstItem) where vector[lane] > thresholds[slot] {
            let item = firstItem + lane
            if let recommendable, !recommendable[item] { continue }
            if let excluded, contains(excluded, row: row, item: Int32(item)) { continue }
            heaps[slot].offer(Int32(item), score: vector[lane])
            thresholds[slot] = heaps[slot].threshold
        }
    }

    mutating func finish(slot: Int) {
        heaps[slot].drain(into: &items, &scores)
        offsets.append(items.count)
        thresholds[slot] = -.infinity
    }

    private func contains(_ block: InteractionBlock, row: Int, item: Int32) -> Bool {
        var low = block.rowOffsets[row]
        var high = block.rowOffsets[row + 1]
        while low < high {
            let middle = (low + high) / 2
            if block.columns[middle] < item { low = middle + 1 } else { high = middle }
        }
        return low < block.rowOffsets[row + 1] && block.columns[low] == item
    }
}

/// Whether a lane is greater than the threshold: the sign bits of threshold − lane, which a vector comparison of the
/// standard library tests one lane at a time. May say yes for NaN.
@inline(__always)
private func anyExceeds(_ vector: SIMD8<Float>, _ threshold: Float) -> Bool {
    let difference = SIMD8<Float>(repeating: threshold) - vector
    let words = unsafeBitCast(difference, to: SIMD4<UInt64>.self)
    return (words.x | words.y | words.z | words.w) & 0x8000_0000_8000_0000 != 0
}
