/// One customer's visits, divided by time into what the training may see, what its iterations should hit, and what the
/// recommendations should hit.
struct HoldoutSplit {
    /// What the training sees.
    let training: ArraySlice<ShopVisit>
    /// Items that the customer bought and kept in the next order; empty when nothing is validated.
    let validation: Set<Int32>
    /// What the recommendations may know: the training's visits and the order of the validation.
    let known: ArraySlice<ShopVisit>
    /// Items of the last order that the customer kept; empty when nothing is held out.
    let heldOut: Set<Int32>

    /// - Parameters:
    ///   - visits: of one customer, in the order of time. Of fewer than two orders none is cut off. What comes after an
    ///     order that is cut off, returns for instance, is not trained on either: it was not known before it.
    ///   - holdout: whether the last order is held out.
    ///   - validates: whether the last order of what is left then is kept for the validation.
    init(_ visits: [ShopVisit], holdout: TrainingArguments.Holdout, validates: Bool = false) {
        let sentBack = itemsSentBack(in: visits[...])
        var (known, heldOut) = (visits[...], Set<Int32>())
        if holdout == .lastPurchase, let cut = LastOrder(visits[...]) {
            (known, heldOut) = (cut.before, cut.items.subtracting(sentBack))
        }
        self.known = known
        self.heldOut = heldOut
        if validates, let cut = LastOrder(known) {
            training = cut.before
            validation = cut.items.subtracting(itemsSentBack(in: known))
        } else {
            training = known
            validation = []
        }
    }
}

/// The last of at least two orders, and what came before it.
private struct LastOrder {
    let before: ArraySlice<ShopVisit>
    let items: Set<Int32>

    init?(_ visits: ArraySlice<ShopVisit>) {
        let orders = visits.indices.filter { index in
            visits[index].lines.contains { $0.meaning.contains(.purchase) }
        }
        guard orders.count >= 2, let last = orders.last else { return nil }
        before = visits[..<last]
        items = Set(visits[last].lines.lazy.filter { $0.meaning.contains(.purchase) }.map(\.item))
    }
}

/// Items of which at least as many pieces came back as were bought.
func itemsSentBack(in visits: ArraySlice<ShopVisit>) -> Set<Int32> {
    var balance: [Int32: (bought: Int, takenBack: Int)] = [:]
    for line in visits.lazy.flatMap(\.lines) {
        if line.meaning.contains(.purchase) { balance[line.item, default: (0, 0)].bought += Int(line.quantity) }
        if line.meaning.contains(.takenBack) { balance[line.item, default: (0, 0)].takenBack += Int(line.quantity) }
    }
    return Set(balance.lazy.filter { $0.value.takenBack > 0 && $0.value.takenBack >= $0.value.bought }.map(\.key))
}
