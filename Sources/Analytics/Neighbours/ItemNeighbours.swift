import Synchronization

/// Item-item and user-user similarity of the rows of a sparse matrix.
public enum NeighbourWeighting: Sendable, Equatable, Codable {
    /// Cosine of the columns; `shrinkage` is added to the product of the norms, `powerOfUsers` p divides each user's
    /// contribution by (items of the user)^p, so that busy users count less.
    ///
    /// - Source: Sarwar et al. 2001, "Item-based collaborative filtering recommendation algorithms"; p after Deshpande
    ///   and Karypis 2004.
    case cosine(shrinkage: Double, powerOfUsers: Double)
    /// Values weighed as term frequencies of documents: idf · r (K₁ + 1) / (K₁ (1 − B + B · length / mean) + r), then the
    /// inner product. K₁ is from 0 to 10⁶, B from 0 to 1.
    ///
    /// - Source: Robertson and Zaragoza 2009, "The probabilistic relevance framework: BM25 and beyond"; for neighbours as
    ///   in the Python package `implicit`.
    case bm25(k1: Double, b: Double)
    /// Products r̃ᵀ r̃ of the matrix normalised by (items of the user)^½ and (users of the item)^½: one step of a graph
    /// filter.
    ///
    /// - Source: Shen et al. 2021, "How powerful is graph convolution for recommendation?", eq. 9.
    case normalizedAdjacency
}

/// For each item the most similar other items: scores are sums of similarities to a user's items.
public struct ItemNeighbours: Sendable, Equatable, ItemScorer {
    /// Row i holds the neighbours of item i and their similarities, positive, by ascending column.
    public let similarities: InteractionBlock
    /// Whether a user's own values weigh the sum; otherwise each item counts 1.
    public let usesValues: Bool

    /// The number of items.
    public var itemCount: Int { similarities.columnCount }

    /// Finds the neighbours of every item.
    ///
    /// - Parameters:
    ///   - interactions: `users × items`, from row 0.
    ///   - weighting: the similarity.
    ///   - neighbours: the longest list, at least 1; the most similar, the lower index on equal ones.
    ///   - usesValues: whether values count; otherwise every interaction is 1.
    ///   - threads: how many share the work.
    /// - Throws: ``FactorizationError/invalidSetting(_:)``; ``FactorizationError/notFinite(row:)`` when a similarity
    ///   overflows.
    public init(
        _ interactions: InteractionBlock, weighting: NeighbourWeighting, neighbours: Int, usesValues: Bool = false,
        threads: Int = 1
    ) throws {
        guard neighbours >= 1, threads >= 1, interactions.firstRow == 0 else {
            throw FactorizationError.invalidSetting("\(neighbours) neighbours, \(threads) threads, must be ≥ 1")
        }
        let weighed = try WeighedMatrix(interactions, weighting: weighting, usesValues: usesValues)
        similarities = try neighbourRows(
            left: weighed.byItem, right: weighed.byUser, keep: neighbours, threads: threads,
            similarity: weighed.similarity)
        self.usesValues = usesValues
    }

    /// Sums of the similarities to each row's items.
    public func scores(rows: Range<Int>, of history: InteractionBlock) -> [Float] {
        var scores = [Float](repeating: 0, count: rows.count * itemCount)
        for (slot, row) in rows.enumerated() {
            let start = slot * itemCount
            for (item, value) in zip(history.columns(ofRow: row), history.values(ofRow: row)) {
                let weight = usesValues ? value : 1
                for position in similarities.rowOffsets[Int(item)]..<similarities.rowOffsets[Int(item) + 1] {
                    scores[start + Int(similarities.columns[position])] += weight * similarities.values[position]
                }
            }
        }
        return scores
    }
}

/// For each user the most similar other users: scores are sums over the neighbours' items.
public struct UserNeighbours: Sendable, Equatable, ItemScorer {
    /// Row u holds the neighbours of user u and their similarities, positive, by ascending column.
    public let similarities: InteractionBlock
    private let interactions: InteractionBlock

    /// The number of items.
    public var itemCount: Int { interactions.columnCount }
    /// The number of users whose neighbours are known.
    public var userCount: Int? { similarities.rows }

    /// Finds the neighbours of every user; parameters as in ``ItemNeighbours``.
    public init(
        _ interactions: InteractionBlock, weighting: NeighbourWeighting, neighbours: Int, threads: Int = 1
    ) throws {
        guard neighbours >= 1, threads >= 1, interactions.firstRow == 0 else {
            throw FactorizationError.invalidSetting("\(neighbours) neighbours, \(threads) threads, must be ≥ 1")
        }
        let weighed = try WeighedMatrix(interactions.transposed(), weighting: weighting, usesValues: false)
        similarities = try neighbourRows(
            left: weighed.byItem, right: weighed.byUser, keep: neighbours, threads: threads,
            similarity: weighed.similarity)
        self.interactions = interactions
    }

    /// Sums of the similarities of the neighbours that have each item; rows are the users the neighbours were found of.
    public func scores(rows: Range<Int>, of history: InteractionBlock) -> [Float] {
        var scores = [Float](repeating: 0, count: rows.count * itemCount)
        for (slot, row) in rows.enumerated() {
            for (user, similarity) in zip(similarities.columns(ofRow: row), similarities.values(ofRow: row)) {
                for item in interactions.columns(ofRow: Int(user)) {
                    scores[slot * itemCount + Int(item)] += similarity
                }
            }
        }
        return scores
    }
}
