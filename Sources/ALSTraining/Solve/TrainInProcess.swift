import Analytics

/// What a training comes to: the factors that the model consists of.
struct TrainedFactors: Sendable {
    let users: FactorMatrix
    let items: FactorMatrix
    let final: FinalIterations
    /// All iterations, where the training validates.
    let validation: [ValidatedIteration]
    /// How many were done.
    let iterations: Int
}

/// Trains in one process: the same bytes as in shards, because both do the same steps, sum in the same blocks and round at
/// the same places.
///
/// - Parameters:
///   - data: what it is trained on.
///   - arguments: of the training.
///   - check: called every few rows with the number of finished half-iterations; what it throws ends the work.
/// - Throws: `FactorizationError`, `RankingError`; what `check` throws.
func trainInProcess(
    _ data: TrainingData, _ arguments: TrainingArguments, check: (_ halfIterations: Int) throws -> Void = { _ in }
) throws -> TrainedFactors {
    let run = try validatedIterations(
        data.interactions, validation: data.validationBlocks, arguments: arguments, check: check)
    guard let best = run.best, let known = data.known else {
        return TrainedFactors(
            users: run.last.users, items: run.last.items, final: FinalIterations(user: run.done, item: run.done),
            validation: [], iterations: run.done)
    }
    let users = try solveRows(
        block: known, items: best.model.items, gramian: Gramian(of: best.model.items), objective: arguments.objective,
        solver: arguments.rowSolver, start: best.model.users, threads: arguments.threads,
        check: { try check(2 * run.done) }
    ).rounded(to: arguments.transfer)
    return TrainedFactors(
        users: users, items: best.model.items,
        final: FinalIterations(user: run.done + 1, item: best.validated.iteration), validation: run.history,
        iterations: run.done)
}

/// Iterations that were done, and the best of them.
struct ValidatedRun: Sendable {
    /// The model after the last one.
    let last: FactorModel
    /// How many were done.
    let done: Int
    /// Nil when nothing is validated.
    let best: (validated: ValidatedIteration, model: FactorModel)?
    /// How all of them did.
    let history: [ValidatedIteration]
}

/// Trains until the iterations are used up or the validation says to stop.
///
/// - Parameters:
///   - interactions: what it is trained on.
///   - validation: what iterations are compared by; not used unless the arguments say so.
///   - arguments: of the training.
///   - check: as in ``trainInProcess(_:_:check:)``.
func validatedIterations(
    _ interactions: InteractionBlock, validation: [ValidationBlock], arguments: TrainingArguments,
    check: (_ halfIterations: Int) throws -> Void
) throws -> ValidatedRun {
    var history: [ValidatedIteration] = []
    var best: (validated: ValidatedIteration, model: FactorModel)?
    var done = 0
    let last = try trainImplicitALS(
        interactions, options: arguments.options, objective: arguments.objective, threads: arguments.threads,
        afterIteration: { iteration, model in
            done = iteration
            guard arguments.validates else { return true }
            let sums = try validate(
                validation, users: FactorBlock.blocks(of: model.users).map(\.factors), items: model.items,
                at: arguments.topN, threads: arguments.threads, check: { try check(2 * iteration) })
            guard let measured = ValidatedIteration(iteration: iteration, sums.map(\.sums)) else { return true }
            history.append(measured)
            let step = NextStep(
                after: HalfIteration(side: .user, iteration: iteration), arguments: arguments, history: history)
            if step.best == iteration { best = (measured, model) }
            return step.final == nil
        }, check: check)
    return ValidatedRun(last: last, done: done, best: best, history: history)
}

extension TrainingData {
    /// What the customers of each fixed block validate by.
    var validationBlocks: [ValidationBlock] {
        guard let validation else { return [] }
        let blocks = RowBlocks(rows: validation.rows)
        return (0..<blocks.count).map { block in
            ValidationBlock(
                block: block, validation: validation.block(of: blocks[block]),
                bought: validationBought?.block(of: blocks[block]))
        }
    }
}
