/// The most popular items for everybody: the baseline that a recommender must beat, and the fall-back for new customers.
public struct PopularItems: Sendable, Equatable {
    /// All items, most users first, the lower index first on a tie.
    public let ranking: [Int32]
    /// The number of users of each item, by item index.
    public let users: [Int]

    /// Counts the users of each item.
    ///
    /// - Parameter interactions: `users × items`; values are ignored, a user counts once per item.
    public init(_ interactions: InteractionBlock) {
        var users = [Int](repeating: 0, count: interactions.columnCount)
        for column in interactions.columns { users[Int(column)] += 1 }
        self.init(users: users)
    }

    /// Ranks items whose users were counted before.
    ///
    /// - Parameter users: the number of users of each item, by item index.
    public init(users: [Int]) {
        self.users = users
        ranking = users.indices.sorted { (-users[$0], $0) < (-users[$1], $1) }.map { Int32($0) }
    }

    /// The most popular allowed items for each row of a block; the score is the number of users.
    ///
    /// - Parameters:
    ///   - count: the longest list, at least 1.
    ///   - excluded: one row per list, items that the row must not get.
    ///   - recommendable: `false` for items that nobody may get.
    /// - Throws: ``RankingError`` when sizes do not fit or `count` is not positive.
    public func topItems(
        count: Int, excluding excluded: InteractionBlock, recommendable: [Bool]? = nil
    ) throws(RankingError) -> RankedLists {
        guard count >= 1 else { throw .invalidCount(count) }
        guard excluded.columnCount == users.count, recommendable.map({ $0.count == users.count }) ?? true else {
            throw .mismatch("exclusions or mask are not of \(users.count) items")
        }
        let allowed = recommendable.map { mask in ranking.filter { mask[Int($0)] } } ?? ranking
        var offsets = [0]
        var items: [Int32] = []
        for row in 0..<excluded.rows {
            let own = Set(excluded.columns(ofRow: row))
            items.append(contentsOf: allowed.lazy.filter { !own.contains($0) }.prefix(count))
            offsets.append(items.count)
        }
        return RankedLists(rowOffsets: offsets, items: items, scores: items.map { Float(users[Int($0)]) })
    }
}
