import Millrace

/// Jobs that run next, and the one that waits for them all.
struct TrainingStage {
    let children: [JobRequest]
    let successor: JobRequest

    init(children: [JobRequest], successor: JobRequest) {
        self.children = children
        self.successor = successor
    }

    /// The shards of a half-iteration, and its barrier.
    init(solving half: HalfIteration, model: Int64, plan: TrainingPlan) throws {
        children = try (0..<plan.shards(of: half.side)).map { shard in
            try JobRequest(
                SolveShard.self,
                .init(
                    model: model, side: half.side, iteration: half.iteration, shard: shard, from: half.from))
        }
        successor = try JobRequest(
            AdvanceTraining.self,
            .init(model: model, side: half.side, iteration: half.iteration, from: half.from))
    }

    /// The recommendations, and the end.
    init(recommendingBy model: Int64, plan: TrainingPlan) throws {
        children = try (0..<plan.shards(of: .user)).map { shard in
            try JobRequest(RecommendItems.self, .init(model: model, shard: shard))
        }
        successor = try JobRequest(FinishTraining.self, .init(model: model))
    }
}
