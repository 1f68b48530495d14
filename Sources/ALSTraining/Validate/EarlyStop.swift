/// How well one iteration hit what was kept for the validation: means over customers.
struct ValidatedIteration: Codable, Sendable, Equatable {
    let iteration: Int
    let customers: Int
    let ndcg: Double
    let recall: Double
    let hitRate: Double

    private enum CodingKeys: String, CodingKey {
        case iteration, customers, ndcg, recall
        case hitRate = "hit_rate"
    }

    init(iteration: Int, customers: Int, ndcg: Double, recall: Double, hitRate: Double) {
        self.iteration = iteration
        self.customers = customers
        self.ndcg = ndcg
        self.recall = recall
        self.hitRate = hitRate
    }

    /// Sums of blocks in the order of the blocks; nil when nobody was measured.
    init?(iteration: Int, _ sums: [RankingSums]) {
        let total = sums.reduce(into: RankingSums()) { $0.add($1) }
        guard total.customers > 0 else { return nil }
        let count = Double(total.customers)
        self.init(
            iteration: iteration, customers: total.customers, ndcg: total.ndcg / count, recall: total.recall / count,
            hitRate: total.hits / count)
    }

    /// The figure that iterations are compared by.
    func value(of metric: TrainingArguments.Metric) -> Double {
        switch metric {
        case .ndcg: ndcg
        case .recall: recall
        case .hitRate: hitRate
        }
    }
}

/// What the iterations so far say about going on.
struct EarlyStop: Equatable {
    /// The best iteration, the earlier one on equal figures.
    let best: Int
    /// Whether `patience` iterations have gone by without a better one.
    let stops: Bool

    /// - Parameter history: all iterations so far, in their order; at least one.
    init?(_ history: [ValidatedIteration], metric: TrainingArguments.Metric, patience: Int) {
        guard let last = history.last,
            let best = history.max(by: {
                ($0.value(of: metric), $1.iteration) < ($1.value(of: metric), $0.iteration)
            })
        else { return nil }
        self.best = best.iteration
        stops = last.iteration - best.iteration >= patience
    }
}
