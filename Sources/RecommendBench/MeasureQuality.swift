import Analytics
import BenchSupport

/// Quality at 20 of models and of their blends on a split; ranking over all items but the user's training items.
func measureQuality(_ options: Options) throws {
    let split = try Split(train: try options.text("train"), test: try options.text("test"))
    let threads = try options.integer("threads", or: 2)
    // Models side by side are separated by spaces; those joined by a plus are blended.
    for text in try options.text("models").split(separator: " ") {
        let specs = try text.split(separator: "+").map { try ModelSpec(String($0)) }
        var weights = [1.0]
        if specs.count > 1 {
            let fitted = try fit(
                specs, split.train, times: split.times, share: options.number("validation", or: 0.2), threads: threads)
            weights = fitted.weights
        }
        let (models, trained) = try seconds {
            try specs.map { try $0.train(split.train, times: split.times, threads: threads) }
        }
        let lists = try rank(models, weights: weights, split.train, threads: threads)
        let quality = try RankingQuality(of: lists, heldOut: split.test, at: 20)
        let shape = try ListQuality(of: lists, history: split.train, at: 20)
        var figures: [String: Any] = ["model": String(text), "weights": weights, "train_seconds": trained]
        for (name, values) in [
            ("recall20m", quality.recall), ("recall20", quality.recallOfAll), ("ndcg20", quality.ndcg),
            ("map20", quality.averagePrecision), ("hit_rate20", quality.hitRate),
        ] {
            let interval = try bootstrapMean(of: values, resamples: 500, seed: 1)
            figures[name] = [interval.mean, interval.lower, interval.upper].map { ($0 * 1e5).rounded() / 1e5 }
        }
        figures["coverage"] = shape.coverage
        figures["novelty_bits"] = shape.novelty
        figures["gini"] = shape.gini
        figures["popularity_lift"] = shape.popularityLift
        try report(figures)
    }
}

/// The first twenty items of every user.
private func rank(
    _ models: [any ItemScorer], weights: [Double], _ history: InteractionBlock, threads: Int
) throws -> RankedLists {
    if models.count == 1, let model = models[0] as? FactorModel {
        return try topItems(
            users: model.users, items: model.items, count: 20, excluding: history, threads: threads)
    }
    let depth = models.count > 1 ? 100 : 20
    return try CandidateTable(
        models, history: history, rows: 0..<history.rows, depth: depth, threads: threads
    ).topItems(weights: weights, count: 20)
}

/// Weights fitted on a validation split of the training data; the test data are not looked at.
private func fit(
    _ specs: [ModelSpec], _ data: InteractionBlock, times: InteractionTimes, share: Double, threads: Int
) throws -> BlendFit {
    let split = try data.splitPerUser(share: share, seed: 20)
    let models = try specs.map { try $0.train(split.train, times: times, threads: threads) }
    // The first users are as good as any, and enough.
    let rows = 0..<min(10_000, data.rows)
    let table = try CandidateTable(models, history: split.train, rows: rows, depth: 100, threads: threads)
    return try fitBlend(table, heldOut: split.heldOut.block(of: rows), at: 20)
}
