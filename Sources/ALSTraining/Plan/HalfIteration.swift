import Millrace

/// One side solved once. Iteration 0 is what the training starts from: random user factors.
///
/// Items are solved first and users last, so that every customer's factors are exact for the final items, and what the
/// past items add to a score adds up to it.
struct HalfIteration: Codable, Sendable, Equatable {
    let side: Side
    let iteration: Int

    /// What the training starts from.
    static let start = HalfIteration(side: .user, iteration: 0)

    /// What is solved from this one.
    var next: HalfIteration {
        side == .user
            ? HalfIteration(side: .item, iteration: iteration + 1) : HalfIteration(side: .user, iteration: iteration)
    }

    /// What this one is solved from.
    var source: HalfIteration {
        side == .user
            ? HalfIteration(side: .item, iteration: iteration) : HalfIteration(side: .user, iteration: iteration - 1)
    }
}

/// Jobs that run next, and the one that waits for them all.
struct TrainingStage {
    let children: [JobRequest]
    let successor: JobRequest

    /// What follows a half-iteration whose blocks are all there: the next one, or the recommendations.
    init(after half: HalfIteration, model: Int64, plan: TrainingPlan) throws {
        if half.side == .user, half.iteration >= plan.arguments.iterations {
            children = try (0..<plan.shards(of: .user)).map { shard in
                try JobRequest(RecommendItems.self, .init(model: model, shard: shard))
            }
            successor = try JobRequest(FinishTraining.self, .init(model: model))
        } else {
            let next = half.next
            children = try (0..<plan.shards(of: next.side)).map { shard in
                try JobRequest(
                    SolveShard.self,
                    .init(model: model, side: next.side, iteration: next.iteration, shard: shard))
            }
            successor = try JobRequest(
                AdvanceTraining.self, .init(model: model, side: next.side, iteration: next.iteration))
        }
    }
}
