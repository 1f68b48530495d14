import Analytics
import Foundation

/// Turns visits into the matrices to train on and to measure by.
///
/// The value of a pair is the number of visits in which the customer showed interest in the item, each with the greatest
/// weight of its kinds. Items that were sent back whole do not count. Customers without any interest are left out.
struct InteractionCollector: Sendable {
    private let arguments: TrainingArguments
    private let weights: [Float]
    private var open: [ShopVisit] = []
    private var customers: [Int32] = []
    private var items = ItemNumbers()
    private var interest = ItemRows()
    private var known = ItemRows()
    private var bought = ItemRows()
    private var validation = ItemRows()
    private var validationBought = ItemRows()
    private var heldOut = ItemRows()
    private var dataFrom: Date?
    private var dataTo: Date?

    init(_ arguments: TrainingArguments) {
        self.arguments = arguments
        weights = arguments.visitWeights
    }

    /// Takes the next visit; customers ascend, and visits of a customer follow each other in the order of time.
    mutating func add(_ visit: ShopVisit) {
        if let last = open.last, last.customer != visit.customer { closeCustomer() }
        open.append(visit)
        dataFrom = min(dataFrom ?? visit.began, visit.began)
        dataTo = max(dataTo ?? visit.ended, visit.ended)
    }

    /// The matrices of all visits taken, which are not kept.
    mutating func finish() throws(FactorizationError) -> TrainingData {
        closeCustomer()
        // Held-out items that nobody bought before are in the matrix too: they are misses, and must count as such.
        let sorted = items.sorted
        func matrix(_ rows: inout ItemRows, _ isWanted: Bool = true) throws(FactorizationError) -> InteractionBlock? {
            isWanted ? try rows.takeMatrix(columns: sorted.columns, count: sorted.ids.count) : nil
        }
        let validates = arguments.validates
        // As when only orders count and nothing was sent back; what they are worth is not asked of what was bought.
        let isInterestBought = arguments.excludeBought && bought.hasSameItems(as: interest)
        if isInterestBought { bought = ItemRows() }
        let interactions = try interest.takeMatrix(columns: sorted.columns, count: sorted.ids.count)
        return TrainingData(
            customerIDs: customers, itemIDs: sorted.ids, itemsSeenAt: sorted.seenAt, interactions: interactions,
            known: try matrix(&known, validates),
            bought: isInterestBought ? interactions : try matrix(&bought, arguments.excludeBought),
            validation: try matrix(&validation, validates),
            validationBought: try matrix(&validationBought, validates && arguments.excludeBought),
            heldOut: try matrix(&heldOut, arguments.holdout != .none), dataFrom: dataFrom, dataTo: dataTo)
    }

    private mutating func closeCustomer() {
        defer { open.removeAll(keepingCapacity: true) }
        guard let customer = open.first?.customer else { return }
        var split = HoldoutSplit(open, holdout: arguments.holdout, validates: isValidated(customer))
        var interested = interest(in: split.training)
        if interested.isEmpty, !split.validation.isEmpty {
            // What is left of this customer without the last order came back: nothing to validate.
            split = HoldoutSplit(open, holdout: arguments.holdout)
            interested = interest(in: split.training)
        }
        guard !interested.isEmpty else { return }
        customers.append(customer)
        let times = firstTimes()
        func number(_ isColumn: Bool) -> (inout ItemNumbers, Int32) -> Int32 {
            { items, item in items.number(of: item, seenAt: times[item] ?? .distantFuture, isColumn: isColumn) }
        }
        interest.append(interested, &items, number(true))
        let had = Self.purchases(in: split.known)
        // What came back whole is in the matrices only if somebody else kept it.
        bought.append(arguments.excludeBought ? had : [], &items, number(false))
        heldOut.append(
            arguments.excludeBought ? split.heldOut.subtracting(had) : split.heldOut, &items, number(true))
        guard arguments.validates else { return }
        known.append(interest(in: split.known), &items, number(true))
        let before = split.validation.isEmpty ? [] : Self.purchases(in: split.training)
        validationBought.append(before, &items, number(false))
        validation.append(
            arguments.excludeBought ? split.validation.subtracting(before) : split.validation, &items, number(true))
    }

    /// Drawn by the customer's own id, so that the same customers validate whatever the others do.
    private func isValidated(_ customer: Int32) -> Bool {
        guard arguments.validates else { return false }
        var generator = SeededGenerator(
            seed: UInt64(bitPattern: Int64(arguments.seed)), stream: UInt64(UInt32(bitPattern: customer)))
        return generator.uniform() < arguments.validationShare
    }

    private func firstTimes() -> [Int32: Date] {
        var times: [Int32: Date] = [:]
        for visit in open {
            for line in visit.lines where times[line.item] == nil { times[line.item] = visit.began }
        }
        return times
    }

    private static func purchases(in visits: ArraySlice<ShopVisit>) -> Set<Int32> {
        Set(visits.lazy.flatMap(\.lines).filter { $0.meaning.contains(.purchase) }.map(\.item))
    }

    /// The items of interest that were not sent back whole, with their strengths.
    private func interest(in visits: ArraySlice<ShopVisit>) -> [Int32: Float] {
        var strengths: [Int32: Float] = [:]
        for visit in visits {
            var strongest: [Int32: Float] = [:]
            for line in visit.lines where line.kind > 0 {
                strongest[line.item] = max(strongest[line.item] ?? 0, weights[Int(line.kind) - 1])
            }
            for (item, weight) in strongest { strengths[item, default: 0] += weight }
        }
        for item in itemsSentBack(in: visits) { strengths[item] = nil }
        return strengths
    }
}
