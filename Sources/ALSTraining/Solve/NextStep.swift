/// What follows a half-iteration.
struct NextStep: Equatable {
    private enum Step: Equatable {
        case solve(HalfIteration)
        case recommend
    }

    private let step: Step
    /// The best iteration so far; nil when nothing is validated.
    let best: Int?
    /// Which factors the model consists of, as soon as that is known.
    let final: FinalIterations?

    /// - Parameters:
    ///   - half: all its blocks are there.
    ///   - arguments: of the training.
    ///   - history: all iterations that were validated so far.
    init(after half: HalfIteration, arguments: TrainingArguments, history: [ValidatedIteration]) {
        let state = EarlyStop(history, metric: arguments.metric, patience: arguments.patience)
        best = state?.best
        if let from = half.from {
            final = FinalIterations(user: half.iteration, item: from)
            step = .recommend
        } else if half.side == .item || (half.iteration < arguments.iterations && state?.stops != true) {
            final = nil
            step = .solve(half.next)
        } else if arguments.validates {
            let best = best ?? half.iteration
            final = FinalIterations(user: half.iteration + 1, item: best)
            step = .solve(HalfIteration(side: .user, iteration: half.iteration + 1, from: best))
        } else {
            final = FinalIterations(user: half.iteration, item: half.iteration)
            step = .recommend
        }
    }

    /// Its jobs.
    func stage(model: Int64, plan: TrainingPlan) throws -> TrainingStage {
        switch step {
        case .solve(let half): try TrainingStage(solving: half, model: model, plan: plan)
        case .recommend: try TrainingStage(recommendingBy: model, plan: plan)
        }
    }
}
