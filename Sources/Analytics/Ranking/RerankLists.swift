/// An item with its score, as lists hold them.
public struct ScoredItem: Sendable, Equatable {
    /// The item.
    public var item: Int32
    /// Its score.
    public var score: Float

    /// An item of that score.
    public init(item: Int32, score: Float) {
        self.item = item
        self.score = score
    }
}

extension RankedLists {
    /// One list as items with scores.
    public func list(ofRow row: Int) -> [ScoredItem] {
        zip(items(ofRow: row), scores(ofRow: row)).map { ScoredItem(item: $0, score: $1) }
    }

    /// Takes lists as they are, best first.
    public init(_ lists: [[ScoredItem]]) {
        self.init(
            rowOffsets: lists.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) },
            items: lists.flatMap { $0.map(\.item) }, scores: lists.flatMap { $0.map(\.score) })
    }

    /// Changes each list on its own.
    public func mapLists(_ change: (_ row: Int, _ list: [ScoredItem]) throws -> [ScoredItem]) rethrows -> RankedLists {
        RankedLists(try (0..<rows).map { try change($0, list(ofRow: $0)) })
    }
}

/// Which items anybody may get, for ``topItems(users:items:count:excluding:recommendable:threads:check:)``.
///
/// - Parameters:
///   - count: all items.
///   - outOfStock: items that nobody may get; strangers are ignored.
///   - allowed: the only ones anybody may get; all when nil.
public func recommendableItems(count: Int, outOfStock: some Sequence<Int32> = [], allowed: [Int32]? = nil) -> [Bool] {
    let known = 0..<Int32(max(0, count))
    var mask = [Bool](repeating: allowed == nil, count: max(0, count))
    for item in allowed ?? [] where known.contains(item) { mask[Int(item)] = true }
    for item in outOfStock where known.contains(item) { mask[Int(item)] = false }
    return mask
}

extension [ScoredItem] {
    /// Raises the scores of new items and sorts anew: score + weight · spread · 2^(−age / half-life), where the spread is
    /// the difference between the list's best and worst score.
    ///
    /// - Parameters:
    ///   - weight: finite; 0 changes nothing; 1 lifts a brand-new item from the end of the list to its head.
    ///   - halfLife: in the unit of the ages, positive.
    ///   - age: of an item; negative ages count as 0, nil and NaN as very old.
    /// - Throws: ``RankingError/mismatch(_:)`` when weight or half-life is out of range.
    public func boostingFreshness(
        weight: Double, halfLife: Double, age: (Int32) -> Double?
    ) throws(RankingError) -> [ScoredItem] {
        guard weight.isFinite, halfLife > 0 else {
            throw .mismatch("a weight of \(weight) and a half-life of \(halfLife), must be finite and positive")
        }
        guard let best = map(\.score).max(), let worst = map(\.score).min() else { return self }
        let spread = Double(best - worst)
        return map { entry in
            guard let age = age(entry.item), age.isFinite else { return entry }
            let boost = weight * spread * Elementary.exp(-Swift.max(0, age) / halfLife * 0.6931471805599453)
            return ScoredItem(item: entry.item, score: Float(Double(entry.score) + boost))
        }.sorted { ($1.score, $0.item) < ($0.score, $1.item) }
    }

    /// The first items of the list with at most so many of each category; items without one are not counted.
    public func capped(perCategory limit: Int, count: Int, category: (Int32) -> Int?) -> [ScoredItem] {
        var taken: [Int: Int] = [:]
        var kept: [ScoredItem] = []
        for entry in self where kept.count < count {
            if let category = category(entry.item) {
                if taken[category, default: 0] >= limit { continue }
                taken[category, default: 0] += 1
            }
            kept.append(entry)
        }
        return kept
    }

    /// Gives the last places of the list, or those spread over it, to items from a pool, so that something is learned of
    /// them.
    ///
    /// - Parameters:
    ///   - share: of the list's places, in 0…1, rounded down; every (1 / share)-th place, never the first.
    ///   - pool: candidates; those on the list already are passed over.
    ///   - seed: of the draws.
    ///   - row: the user, who has draws of their own.
    /// - Throws: ``RankingError/mismatch(_:)`` when the share is not in 0…1.
    public func exploring(
        share: Double, pool: [Int32], seed: UInt64, row: Int
    ) throws(RankingError) -> [ScoredItem] {
        guard share >= 0, share <= 1 else { throw .mismatch("a share of \(share), must be in 0…1") }
        let places = Swift.min(Int(share * Double(count)), Swift.max(0, count - 1))
        var drawn = pool.filter { candidate in !contains { $0.item == candidate } }
        guard places > 0, !drawn.isEmpty else { return self }
        var generator = SeededGenerator(seed: seed, stream: UInt64(row))
        generator.shuffle(&drawn)
        var changed = self
        for (index, item) in drawn.prefix(places).enumerated() {
            let place = count - 1 - index * count / places
            changed[place] = ScoredItem(item: item, score: changed[place].score)
        }
        return changed
    }

    /// Fills a short list up from a fall-back, such as popular items for a customer without history.
    ///
    /// - Parameters:
    ///   - fallback: best first; items on the list already or refused by `allowed` are passed over.
    ///   - count: the length wanted.
    ///   - allowed: whether this user may get an item.
    /// - Returns: the list, longer by items whose scores are those of its last item or lower.
    public func filled(from fallback: [ScoredItem], count wanted: Int, allowed: (Int32) -> Bool = { _ in true })
        -> [ScoredItem]
    {
        var filled = self
        var present = Set(map(\.item))
        for entry in fallback where filled.count < wanted {
            guard !present.contains(entry.item), allowed(entry.item) else { continue }
            let score = Swift.min(filled.last?.score ?? entry.score, entry.score)
            filled.append(ScoredItem(item: entry.item, score: score))
            present.insert(entry.item)
        }
        return filled
    }
}
