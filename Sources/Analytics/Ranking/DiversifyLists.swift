extension [ScoredItem] {
    /// Chooses items one after the other by maximal marginal relevance: λ · relevance − (1 − λ) · the greatest cosine to
    /// an item already chosen. Relevance is the score scaled to 0…1 over the list.
    ///
    /// - Parameters:
    ///   - count: items wanted, from a longer list of candidates.
    ///   - relevance: λ in 0…1; 1 keeps the order of the scores.
    ///   - factors: of all items; an item without direction is like no other.
    /// - Returns: the chosen items in the order of choice, with their own scores.
    /// - Throws: ``RankingError`` when `count` or λ is out of range or an item has no factors.
    /// - Source: Carbonell and Goldstein 1998, "The use of MMR, diversity-based reranking for reordering documents and
    ///   producing summaries".
    public func diversified(
        count wanted: Int, relevance lambda: Double, factors: FactorMatrix
    ) throws(RankingError) -> [ScoredItem] {
        guard wanted >= 1 else { throw .invalidCount(wanted) }
        guard lambda >= 0, lambda <= 1 else { throw .mismatch("a relevance of \(lambda), must be in 0…1") }
        var directions: [[Double]] = []
        for entry in self {
            guard entry.item >= 0, Int(entry.item) < factors.rows else {
                throw .mismatch("item \(entry.item) is not among \(factors.rows)")
            }
            let row = factors[Int(entry.item)].map(Double.init)
            let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
            directions.append(row.map { norm > 0 ? $0 / norm : 0 })
        }
        let best = Double(map(\.score).max() ?? 0)
        let spread = best - Double(map(\.score).min() ?? 0)
        let merit = map { spread > 0 ? 1 - (best - Double($0.score)) / spread : 1 }
        var nearest = [Double](repeating: 0, count: count)
        var left = Array<Int>(indices)
        var chosen: [ScoredItem] = []
        while chosen.count < wanted, !left.isEmpty {
            var place = 0
            var bestValue = -Double.infinity
            for (position, index) in left.enumerated() {
                let value = lambda * merit[index] - (1 - lambda) * nearest[index]
                if value > bestValue { (place, bestValue) = (position, value) }
            }
            let index = left.remove(at: place)
            chosen.append(self[index])
            for other in left {
                let cosine = zip(directions[other], directions[index]).reduce(0.0) { $0 + $1.0 * $1.1 }
                nearest[other] = chosen.count == 1 ? cosine : Swift.max(nearest[other], cosine)
            }
        }
        return chosen
    }
}
