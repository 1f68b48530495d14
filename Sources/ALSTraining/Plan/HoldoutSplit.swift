/// One customer's visits, divided into what the training may see and what the recommendations should hit.
struct HoldoutSplit {
    /// Before the last order, or everything.
    let training: ArraySlice<ShopVisit>
    /// Items of the last order that the customer kept; empty when nothing is held out.
    let heldOut: Set<Int32>

    /// - Parameter visits: of one customer, in the order of time. With fewer than two orders nothing is held out.
    ///   What comes after the last order, returns for instance, is not trained on either: it was not known before it.
    init(_ visits: [ShopVisit], holdout: TrainingArguments.Holdout) {
        let orders = visits.indices.filter { index in
            visits[index].lines.contains { $0.meaning.contains(.purchase) }
        }
        guard holdout == .lastPurchase, orders.count >= 2, let last = orders.last else {
            training = visits[...]
            heldOut = []
            return
        }
        training = visits[..<last]
        heldOut = Set(visits[last].lines.lazy.filter { $0.meaning.contains(.purchase) }.map(\.item))
            .subtracting(itemsSentBack(in: visits[...]))
    }
}
