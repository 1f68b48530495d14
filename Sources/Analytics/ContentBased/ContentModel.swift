import Synchronization

/// Recommends items that are like those a user has: also such as nobody has bought yet.
///
/// A user is the sum of the vectors of their items, scaled to length 1, and an item's score is the cosine, in 0…1. A user
/// without history, or whose items have no content, scores 0 everywhere and gets an empty list.
///
/// Scores come from an inverted index, so that only items are touched which share a term with the user.
///
/// - Source: Pazzani and Billsus 2007, "Content-based recommendation systems".
public struct ContentModel: Sendable, ItemScorer {
    /// The items.
    public let vectors: ContentVectors
    /// Whether a user's own values weigh the sum; otherwise each item counts 1.
    public let usesValues: Bool
    /// `terms × items`.
    private let index: InteractionBlock

    /// The number of items.
    public var itemCount: Int { vectors.itemCount }

    /// A model of a catalogue.
    ///
    /// - Parameters:
    ///   - vectors: of all items.
    ///   - usesValues: whether values count, for instance purchases or a decay with time; otherwise every item is 1.
    public init(_ vectors: ContentVectors, usesValues: Bool = false) {
        self.vectors = vectors
        self.usesValues = usesValues
        index = vectors.rows.transposed()
    }

    /// Cosines of some users with all items.
    public func scores(rows: Range<Int>, of history: InteractionBlock) -> [Float] {
        let scorer = ContentScorer(self, index: index)
        var scores: [Float] = []
        scores.reserveCapacity(rows.count * itemCount)
        for row in rows {
            scorer.score(row, of: history)
            scores += scorer.scores
            scorer.clear()
        }
        return scores
    }

    /// The most similar items of each user, without those that the user has and those that have nothing in common with
    /// them. Equal scores rank by the lower index.
    ///
    /// - Parameters:
    ///   - rows: of `history`.
    ///   - history: what the users did, `users × items`.
    ///   - count: the longest list, at least 1.
    ///   - recommendable: `false` for items that nobody may get; ``itemsNobodyHas(in:)`` gives new ones only.
    ///   - threads: how many share the work, at least 1; any number gives the same lists.
    ///   - check: called on the caller's thread every few rows; what it throws ends the work.
    /// - Throws: ``RankingError`` when sizes do not fit or `count` is not positive; what `check` throws.
    public func topItems(
        rows: Range<Int>, of history: InteractionBlock, count: Int, recommendable: [Bool]? = nil, threads: Int = 1,
        check: () throws -> Void = {}
    ) throws -> RankedLists {
        guard count >= 1 else { throw RankingError.invalidCount(count) }
        guard history.columnCount == itemCount, rows.lowerBound >= 0, rows.upperBound <= history.rows,
            recommendable.map({ $0.count == itemCount }) ?? true
        else {
            throw RankingError.mismatch(
                "\(history.rows) × \(history.columnCount) interactions, rows \(rows), a mask of "
                    + "\(recommendable?.count ?? itemCount), content of \(itemCount) items")
        }
        let index = recommendable.map(restrictedIndex) ?? index
        let run = 64
        let pieces = (rows.count + run - 1) / run
        let parts = Mutex([[[ScoredItem]]](repeating: [], count: pieces))
        try inParallel(threads: threads, pieces: pieces, check: check) {
            ContentScorer(self, index: index)
        } body: { scorer, piece in
            let first = rows.lowerBound + piece * run
            let found = (first..<min(rows.upperBound, first + run)).map { row in
                scorer.score(row, of: history)
                defer { scorer.clear() }
                return scorer.best(count, without: history.columns(ofRow: row))
            }
            parts.withLock { $0[piece] = found }
        }
        return RankedLists(parts.withLock { Array($0.joined()) })
    }

    /// `true` for each item that no row has: what only its content can recommend.
    public static func itemsNobodyHas(in history: InteractionBlock) -> [Bool] {
        var isNew = [Bool](repeating: true, count: history.columnCount)
        for column in history.columns { isNew[Int(column)] = false }
        return isNew
    }

    private func restrictedIndex(_ recommendable: [Bool]) -> InteractionBlock {
        var offsets = [0]
        var columns: [Int32] = []
        var values: [Float] = []
        for term in 0..<index.rows {
            for position in index.rowOffsets[term]..<index.rowOffsets[term + 1]
            where recommendable[Int(index.columns[position])] {
                columns.append(index.columns[position])
                values.append(index.values[position])
            }
            offsets.append(columns.count)
        }
        return InteractionBlock(
            unchecked: columns, values: values, rowOffsets: offsets, firstRow: 0, columnCount: index.columnCount)
    }
}

/// What one thread scores users with.
private final class ContentScorer {
    private let vectors: InteractionBlock
    private let index: InteractionBlock
    private let usesValues: Bool
    /// The user's profile, by term, and the terms that are not zero in it.
    private var profile: [Double]
    private var terms: [Int32] = []
    /// By item; all zero between users.
    private(set) var scores: [Float]
    private var touched: [Int32] = []

    init(_ model: ContentModel, index: InteractionBlock) {
        vectors = model.vectors.rows
        self.index = index
        usesValues = model.usesValues
        profile = [Double](repeating: 0, count: vectors.columnCount)
        scores = [Float](repeating: 0, count: vectors.rows)
    }

    /// Fills ``scores``; sums run in the order of the user's items and their terms, whoever does it.
    func score(_ row: Int, of history: InteractionBlock) {
        for position in history.rowOffsets[row]..<history.rowOffsets[row + 1] {
            let item = Int(history.columns[position])
            let weight = usesValues ? Double(history.values[position]) : 1
            for entry in vectors.rowOffsets[item]..<vectors.rowOffsets[item + 1] {
                let term = vectors.columns[entry]
                if profile[Int(term)] == 0 { terms.append(term) }
                profile[Int(term)] += weight * Double(vectors.values[entry])
            }
        }
        var squares = 0.0
        for term in terms { squares += profile[Int(term)] * profile[Int(term)] }
        let scale = 1 / squares.squareRoot()
        index.columns.withUnsafeBufferPointer { columns in
            index.values.withUnsafeBufferPointer { values in
                scores.withUnsafeMutableBufferPointer { scores in
                    for term in terms {
                        let weight = Float(profile[Int(term)] * scale)
                        for entry in index.rowOffsets[Int(term)]..<index.rowOffsets[Int(term) + 1] {
                            let item = columns[entry]
                            if scores[Int(item)] == 0 { touched.append(item) }
                            scores[Int(item)] += weight * values[entry]
                        }
                        profile[Int(term)] = 0
                    }
                }
            }
        }
        terms.removeAll(keepingCapacity: true)
    }

    /// The best items, best first.
    func best(_ count: Int, without own: ArraySlice<Int32>) -> [ScoredItem] {
        for item in own { scores[Int(item)] = 0 }
        var list = KeyList(limit: min(count, max(1, touched.count)))
        for item in touched where scores[Int(item)] > 0 { list.offer(item, score: scores[Int(item)]) }
        return list.items.map { ScoredItem(item: $0, score: scores[Int($0)]) }
    }

    func clear() {
        for item in touched { scores[Int(item)] = 0 }
        touched.removeAll(keepingCapacity: true)
    }
}
