/// Many trials with a small budget, then ever fewer with ever more: each rung keeps the best 1/η of the one before.
///
/// - Source: Jamieson and Talwalkar 2016, "Non-stochastic best arm identification and hyperparameter optimization".
public struct SuccessiveHalving: Sendable, Equatable, Codable {
    /// One round of trials.
    public struct Rung: Sendable, Equatable, Codable {
        /// How many trials run.
        public let trials: Int
        /// What each may spend, for instance iterations.
        public let budget: Int
    }

    /// The rounds, from many trials to few.
    public let rungs: [Rung]

    /// Plans the rounds.
    ///
    /// - Parameters:
    ///   - trials: in the first round, at least 1.
    ///   - minimumBudget: of the first round, at least 1.
    ///   - maximumBudget: no round has more; not less than the minimum.
    ///   - eta: η ≥ 2, by which trials fall and budgets rise.
    /// - Throws: ``FactorizationError/invalidSetting(_:)``.
    public init(trials: Int, minimumBudget: Int, maximumBudget: Int, eta: Int = 3) throws(FactorizationError) {
        guard trials >= 1, minimumBudget >= 1, maximumBudget >= minimumBudget, eta >= 2 else {
            throw .invalidSetting("halving of \(trials) trials with \(minimumBudget) to \(maximumBudget), η \(eta)")
        }
        var rungs: [Rung] = []
        var (left, budget) = (trials, minimumBudget)
        while true {
            rungs.append(Rung(trials: left, budget: budget))
            if left == 1 || budget >= maximumBudget { break }
            left = max(1, left / eta)
            budget = min(maximumBudget, budget * eta)
        }
        self.rungs = rungs
    }

    /// Which trials of a round go on to the next: the best, the earlier one on equal scores.
    ///
    /// - Parameters:
    ///   - scores: of the round's trials, the greater the better; nil or NaN for one that failed.
    ///   - rung: index of the round.
    /// - Returns: indices into `scores`, ascending; none after the last round. Failed trials never go on.
    public func survivors(scores: [Double?], after rung: Int) -> [Int] {
        guard rungs.indices.contains(rung + 1) else { return [] }
        let ranked = scores.indices.compactMap { index in
            scores[index].flatMap { $0.isNaN ? nil : (index: index, score: $0) }
        }.sorted { ($1.score, $0.index) < ($0.score, $1.index) }
        return ranked.prefix(rungs[rung + 1].trials).map(\.index).sorted()
    }
}
