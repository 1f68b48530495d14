/// What ranked lists look like beside their hits: how much of the catalogue they show, how new and how varied they are,
/// and how far they lean to popular items.
public struct ListQuality: Sendable, Equatable, Codable {
    /// Share of all items that some list holds.
    public let coverage: Double
    /// Mean of −log₂(users of the item / users) over listed items, items nobody has counted as one user: bits of
    /// surprise.
    ///
    /// - Source: Vargas and Castells 2011, "Rank and relevance in novelty and diversity metrics".
    public let novelty: Double
    /// Mean over lists of 1 − the mean cosine between the factors of two items of the list; nil without factors or when
    /// no list has two items.
    public let diversity: Double?
    /// Gini coefficient of how often each item is listed: 0 all alike, towards 1 a few items have it all.
    public let gini: Double
    /// Mean users of a listed item divided by the mean users of an item in the users' own history: above 1 the lists lean
    /// further to popular items than their readers do.
    ///
    /// - Source: Abdollahpouri et al. 2019, "The unfairness of popularity bias in recommendation" (GAP ratio).
    public let popularityLift: Double

    /// Measures lists.
    ///
    /// - Parameters:
    ///   - lists: one per row of `history`.
    ///   - history: what the users did before, `users × items`.
    ///   - k: only the first k of each list count, at least 1.
    ///   - factors: of the items, for the diversity.
    /// - Throws: ``RankingError`` when sizes do not fit or nothing is listed.
    public init(
        of lists: RankedLists, history: InteractionBlock, at k: Int, factors: FactorMatrix? = nil
    ) throws(RankingError) {
        let facts = try ListFacts(of: lists, history: history, at: k, factors: factors)
        guard let quality = facts.quality(times: [Int](repeating: 1, count: facts.rows)) else { throw .nothingListed }
        self = quality
    }

    init(coverage: Double, novelty: Double, diversity: Double?, gini: Double, popularityLift: Double) {
        self.coverage = coverage
        self.novelty = novelty
        self.diversity = diversity
        self.gini = gini
        self.popularityLift = popularityLift
    }
}
