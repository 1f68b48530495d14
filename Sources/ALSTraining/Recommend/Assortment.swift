import Analytics

/// What lists are made from, by column: the items of a model, and behind them new ones that take after some of those.
struct Assortment: Sendable {
    let ids: ModelIDs
    let catalogue: Catalogue
    let factors: FactorMatrix
    /// How many the model knows.
    let known: Int

    /// - Parameters:
    ///   - model: with factors of its own items.
    ///   - ids: of the model.
    ///   - new: items besides; nil for none.
    ///   - catalogue: of the model's items and the new ones, in this order.
    ///   - check: called every few items.
    init(
        _ model: TrainedModel, ids: ModelIDs, new: NewItems?, catalogue: Catalogue, check: () throws -> Void
    ) throws {
        known = model.items.rows
        guard let new else {
            self.ids = ids
            self.catalogue = catalogue
            factors = model.items
            return
        }
        let mapped = try mapFactors(
            try ContentVectors(new.contents), from: model.items, threads: model.arguments.threads, check: check)
        self.ids = ids.adding(new.ids)
        self.catalogue = catalogue.offering { $0 < model.items.rows || mapped.isMapped[$0 - model.items.rows] }
        factors = try FactorMatrix(joining: [model.items, mapped.factors])
    }
}
