import Synchronization

/// For each row the items that some model puts near its head, with every model's score for each of them.
///
/// Scores are standardised: less the mean and divided by the standard deviation of the model's scores over all items of
/// the row that may be listed, so that weights mean the same for every model and user.
public struct CandidateTable: Sendable {
    /// The number of models.
    public let models: Int
    /// `rows + 1` positions in `items`.
    public let rowOffsets: [Int]
    /// Candidates of all rows, ascending within a row.
    public let items: [Int32]
    /// `items.count × models`, row-major.
    public let scores: [Float]

    /// The number of rows.
    public var rows: Int { rowOffsets.count - 1 }

    /// Collects candidates.
    ///
    /// - Parameters:
    ///   - scorers: the models, all of the same items.
    ///   - history: what the users did, `users × items`; their own items are no candidates.
    ///   - rows: of `history`.
    ///   - depth: how many of each model's best items become candidates, at least 1.
    ///   - recommendable: `false` for items that nobody may get.
    ///   - threads: how many share the work; any number gives the same table.
    ///   - check: called on the caller's thread every few rows; what it throws ends the work.
    /// - Throws: ``RankingError`` when sizes do not fit or a model's scores are not finite; what `check` throws.
    public init(
        _ scorers: [any ItemScorer], history: InteractionBlock, rows: Range<Int>, depth: Int,
        recommendable: [Bool]? = nil, threads: Int = 1, check: () throws -> Void = {}
    ) throws {
        guard depth >= 1 else { throw RankingError.invalidCount(depth) }
        guard !scorers.isEmpty, scorers.allSatisfy({ $0.itemCount == history.columnCount }),
            rows.lowerBound >= 0, rows.upperBound <= history.rows,
            scorers.allSatisfy({ $0.userCount.map { rows.upperBound <= $0 } ?? true }),
            recommendable.map({ $0.count == history.columnCount }) ?? true
        else {
            throw RankingError.mismatch(
                "models of \(scorers.map(\.itemCount)) items, \(history.rows) × \(history.columnCount) interactions, "
                    + "rows \(rows)")
        }
        let run = 16
        let pieces = (rows.count + run - 1) / run
        let parts = Mutex([[RowCandidates]](repeating: [], count: pieces))
        try inParallel(threads: threads, pieces: pieces, check: check) {
        } body: { _, piece in
            let first = rows.lowerBound + piece * run
            let range = first..<min(rows.upperBound, first + run)
            let found = try RowCandidates.find(
                scorers, history: history, rows: range, depth: min(depth, max(1, history.columnCount)),
                recommendable: recommendable)
            parts.withLock { $0[piece] = found }
        }
        models = scorers.count
        var offsets = [0]
        var items: [Int32] = []
        var scores: [Float] = []
        for row in parts.withLock({ $0 }).joined() {
            items += row.items
            scores += row.scores
            offsets.append(items.count)
        }
        rowOffsets = offsets
        self.items = items
        self.scores = scores
    }

    /// The best candidates of every row by the weighted sum of the models' scores.
    ///
    /// - Parameters:
    ///   - weights: one per model.
    ///   - count: the longest list.
    /// - Throws: ``RankingError`` when there is not one finite weight per model.
    public func topItems(weights: [Double], count: Int) throws(RankingError) -> RankedLists {
        guard count >= 1 else { throw .invalidCount(count) }
        guard weights.count == models, weights.allSatisfy(\.isFinite) else {
            throw .mismatch("weights \(weights) for \(models) models")
        }
        let factors = weights.map(Float.init)
        var lists: [[ScoredItem]] = []
        lists.reserveCapacity(rows)
        for row in 0..<rows {
            var list: [ScoredItem] = []
            for position in rowOffsets[row]..<rowOffsets[row + 1] {
                var score: Float = 0
                for model in 0..<models { score += factors[model] * scores[position * models + model] }
                list.append(ScoredItem(item: items[position], score: score))
            }
            list.sort { ($1.score, $0.item) < ($0.score, $1.item) }
            lists.append(Array(list.prefix(count)))
        }
        return RankedLists(lists)
    }
}

/// The candidates of one row.
private struct RowCandidates: Sendable {
    var items: [Int32] = []
    var scores: [Float] = []

    static func find(
        _ scorers: [any ItemScorer], history: InteractionBlock, rows: Range<Int>, depth: Int, recommendable: [Bool]?
    ) throws(RankingError) -> [RowCandidates] {
        let count = history.columnCount
        var dense = scorers.map { $0.scores(rows: rows, of: history) }
        var all: [RowCandidates] = []
        all.reserveCapacity(rows.count)
        for (slot, row) in rows.enumerated() {
            var isOpen = recommendable ?? [Bool](repeating: true, count: count)
            for item in history.columns(ofRow: row) { isOpen[Int(item)] = false }
            let open = (0..<count).filter { isOpen[$0] }
            var chosen = Set<Int32>()
            for model in dense.indices {
                let start = slot * count
                guard standardize(&dense[model], start: start, open: open) else { throw .notFinite(row: row) }
                chosen.formUnion(best(dense[model], start: start, open: open, depth: depth))
            }
            var found = RowCandidates()
            for item in chosen.sorted() {
                found.items.append(item)
                for model in dense.indices { found.scores.append(dense[model][slot * count + Int(item)]) }
            }
            all.append(found)
        }
        return all
    }

    /// Scores that are all alike become zeros; `false` when one is not finite. In two passes, so that scores far from zero
    /// keep their differences.
    private static func standardize(_ scores: inout [Float], start: Int, open: [Int]) -> Bool {
        var sum = 0.0
        for item in open { sum += Double(scores[start + item]) }
        guard sum.isFinite else { return false }
        let mean = sum / Double(max(1, open.count))
        var squares = 0.0
        for item in open {
            let distance = Double(scores[start + item]) - mean
            squares += distance * distance
        }
        let deviation = (squares / Double(max(1, open.count))).squareRoot()
        for item in open {
            scores[start + item] = deviation > 0 ? Float((Double(scores[start + item]) - mean) / deviation) : 0
        }
        return true
    }

    /// The best items by score, the lower index first on equal scores.
    private static func best(_ scores: [Float], start: Int, open: [Int], depth: Int) -> [Int32] {
        var list = KeyList(limit: depth)
        for item in open { list.offer(Int32(item), score: scores[start + item]) }
        return list.items
    }
}
