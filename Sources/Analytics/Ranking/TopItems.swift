internal import CKernels
import Synchronization

/// Finds the best items of each user by the inner product of their factors.
///
/// Scores are formed in tiles that stay in registers and dropped at once unless they reach the user's list so far. Items
/// stream past in descending order of their norms, and a user is done when the product of the norms cannot reach the
/// list any more; that skips work and no item. An element's bits depend on its own two rows only, so any split of the
/// users and any number of threads gives the same lists. Equal scores rank by the lower item index.
///
/// - Parameters:
///   - users: a block of users, `rows × rank`.
///   - items: all items, `items × rank`.
///   - count: the longest list, at least 1; a list is shorter when fewer items are allowed.
///   - excluded: items that a user must not get, such as those already bought: row `r` belongs to `users` row `r`;
///     values are ignored.
///   - recommendable: `false` for items that nobody may get; all are allowed without it.
///   - threads: how many share the work, at least 1.
///   - check: called on the caller's thread every few users; what it throws ends the work, for cancellation.
/// - Returns: one list per row of `users`.
/// - Throws: ``RankingError`` when sizes do not fit, `count` is not positive, or factors are so large that their product
///   overflows; what `check` throws.
public func topItems(
    users: FactorMatrix, items: FactorMatrix, count: Int, excluding excluded: InteractionBlock? = nil,
    recommendable: [Bool]? = nil, threads: Int = 1, check: () throws -> Void = {}
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
    let panels = ItemPanels(items, recommendable: recommendable)
    let limit = min(count, max(1, items.rows))
    let block = UserScorer.usersPerBlock(depth: users.rank)
    let pieces = (users.rows + block - 1) / block
    let parts = Mutex([FoundItems](repeating: FoundItems(), count: pieces))
    try inParallel(threads: threads, pieces: pieces, check: check) {
        UserScorer(panels: panels, limit: limit)
    } body: { scorer, piece in
        let range = piece * block..<min(users.rows, (piece + 1) * block)
        let found = try scorer.score(users, rows: range, excluded: excluded)
        parts.withLock { $0[piece] = found }
    }
    var whole = FoundItems()
    for part in parts.withLock({ $0 }) {
        whole.lengths += part.lengths
        whole.items += part.items
        whole.scores += part.scores
    }
    var offsets = [0]
    offsets.reserveCapacity(users.rows + 1)
    for length in whole.lengths { offsets.append((offsets.last ?? 0) + length) }
    return RankedLists(rowOffsets: offsets, items: whole.items, scores: whole.scores)
}

/// The lists of a run of users.
private struct FoundItems: Sendable {
    var lengths: [Int] = []
    var items: [Int32] = []
    var scores: [Float] = []
}

/// What one thread scores a block of users with.
private final class UserScorer {
    private let kernels = Kernels.best
    private let panels: ItemPanels
    private let limit: Int
    private let capacity: Int
    private let block: Int
    private let users: AlignedBuffer<Float>
    private let keys: AlignedBuffer<UInt64>
    private let lists: UnsafeMutablePointer<ck_list>

    /// As many users as fit the first-level cache beside a panel, in whole tiles.
    static func usersPerBlock(depth: Int) -> Int {
        let rows = Kernels.best.score_rows
        return max(1, 32_768 / (4 * depth * rows)) * rows
    }

    init(panels: ItemPanels, limit: Int) {
        self.panels = panels
        self.limit = limit
        capacity = limit + max(limit, 64) + 32
        block = Self.usersPerBlock(depth: panels.depth)
        users = AlignedBuffer(count: block * panels.depth)
        keys = AlignedBuffer(count: block * capacity)
        lists = .allocate(capacity: block)
    }

    deinit { lists.deallocate() }

    func score(_ factors: FactorMatrix, rows: Range<Int>, excluded: InteractionBlock?) throws(RankingError)
        -> FoundItems
    {
        let depth = panels.depth
        let tile = kernels.score_rows
        // The norms' product bounds every sum on the way to a score (Cauchy and Schwarz); the greatest comes first.
        let greatest = panels.norms.first ?? 0
        var overflowing: Int?
        factors.values.withUnsafeBufferPointer { values in
            for (slot, row) in rows.enumerated() {
                let target = users.base + slot / tile * tile * depth + slot % tile
                for d in 0..<depth { target[d * tile] = values[row * depth + d] }
                var list = ck_list()
                list.keys = keys.base + slot * capacity
                list.capacity = Int32(capacity)
                list.limit = Int32(limit)
                list.threshold = -.infinity
                list.norm = roundedUpNorm(values, row: row, rank: depth)
                lists[slot] = list
                if !(list.norm * greatest).isFinite, overflowing == nil { overflowing = row }
            }
        }
        if let overflowing { throw .notFinite(row: overflowing) }
        if let excluded {
            excluded.columns.withUnsafeBufferPointer { columns in
                for (slot, row) in rows.enumerated() {
                    guard let base = columns.baseAddress else { continue }
                    let start = excluded.rowOffsets[row]
                    ck_list_exclude(&lists[slot], base + start, Int32(excluded.rowOffsets[row + 1] - start))
                }
                select(rows.count)
            }
        } else {
            select(rows.count)
        }
        var found = FoundItems()
        for slot in 0..<rows.count {
            ck_list_compact(&lists[slot])
            let best = UnsafeBufferPointer(start: lists[slot].keys, count: Int(lists[slot].count)).sorted(by: >)
            found.lengths.append(best.count)
            for key in best {
                found.items.append(ck_key_item(key))
                found.scores.append(ck_key_score(key))
            }
        }
        return found
    }

    private func select(_ count: Int) {
        kernels.score_select(
            users.base, (count + kernels.score_rows - 1) / kernels.score_rows, panels.panels, panels.count,
            panels.depth, panels.items, panels.norms, lists, count)
    }
}
