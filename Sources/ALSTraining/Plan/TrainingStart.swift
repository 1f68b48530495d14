import Analytics

/// What a training starts from: the items' view of the interactions, random user factors, and how it is going to run.
struct TrainingStart: Sendable {
    let byItem: InteractionBlock
    let blocks: [FactorBlock]
    let gramian: Gramian
    let plan: TrainingPlan

    /// - Parameters:
    ///   - data: what it is trained on.
    ///   - arguments: of the training.
    ///   - slots: of live workers that can solve.
    ///   - check: called now and then.
    init(_ data: TrainingData, _ arguments: TrainingArguments, slots: Int, check: () throws -> Void) throws {
        let options = arguments.options
        let users = try FactorMatrix.initial(
            rows: 0..<data.customerIDs.count, rank: options.rank, seed: options.seed, scale: options.initialScale
        ).rounded(to: options.precision)
        byItem = data.interactions.transposed()
        blocks = FactorBlock.blocks(of: users)
        gramian = try Gramian(adding: blocks.map(\.gramian))
        let rate = try timeSolving(byItem, from: users, gramian: gramian, arguments: arguments, check: check)
        plan = TrainingPlan(data.interactions, byItem: byItem, arguments, secondsPerCost: rate, slots: slots)
    }
}

/// All that a training in one process makes.
struct TrainedHere: Sendable {
    let factors: TrainedFactors
    let trained: TrainedModel
    let users: [FactorBlock]
    let items: [FactorBlock]
    let recommendations: [Recommendation]
    let metrics: ModelMetrics

    init(
        _ factors: TrainedFactors, _ data: TrainingData, _ arguments: TrainingArguments, ids: ModelIDs,
        new: NewItems?, catalogue: Catalogue, check: () throws -> Void
    ) throws {
        self.factors = factors
        trained = TrainedModel(factors, arguments)
        users = FactorBlock.blocks(of: factors.users)
        items = FactorBlock.blocks(of: factors.items)
        let customers = try trained.customers(of: data, factors: factors.users)
        var holdout: HoldoutMetrics?
        switch arguments.holdout {
        case .none:
            let assortment = try Assortment(trained, ids: ids, new: new, catalogue: catalogue, check: check)
            recommendations = try trained.recommendations(for: customers, from: assortment, check: check)
        case .lastPurchase:
            recommendations = []
            let heldOut = data.heldOut.map { heldOut in
                customers.map { heldOut.block(of: RowBlocks(rows: heldOut.rows)[$0.block]) }
            }
            holdout = HoldoutMetrics(
                try trained.tallies(
                    of: customers, heldOut: heldOut ?? [], popular: PopularItems(data.interactions), check: check),
                k: arguments.topN)
        }
        metrics = ModelMetrics(
            loss: try trained.loss(
                try trained.losses(of: customers), itemCustomers: ids.itemCustomers,
                users: try Gramian(adding: users.map(\.gramian))),
            iterations: factors.iterations, final: factors.final, history: factors.validation, holdout: holdout)
    }
}
