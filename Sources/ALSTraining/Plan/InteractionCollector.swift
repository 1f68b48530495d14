import Analytics
import Foundation

/// Turns visits into the matrix to train on.
///
/// The value of a pair is the number of visits in which the customer showed interest in the item. Items that were sent
/// back whole do not count. Customers without any interest are left out.
struct InteractionCollector: Sendable {
    private let holdout: TrainingArguments.Holdout
    private let excludesBought: Bool
    private var open: [ShopVisit] = []
    private var rows: [Row] = []
    private var dataFrom: Date?
    private var dataTo: Date?

    private struct Row: Sendable {
        var customer: Int32
        var interest: [(item: Int32, visits: Int)]
        var bought: Set<Int32>
        var heldOut: Set<Int32>
    }

    init(holdout: TrainingArguments.Holdout, excludesBought: Bool) {
        self.holdout = holdout
        self.excludesBought = excludesBought
    }

    /// Takes the next visit; visits of a customer follow each other in the order of time.
    mutating func add(_ visit: ShopVisit) {
        if let last = open.last, last.customer != visit.customer { closeCustomer() }
        open.append(visit)
        dataFrom = min(dataFrom ?? visit.began, visit.began)
        dataTo = max(dataTo ?? visit.ended, visit.ended)
    }

    /// The matrix of all visits taken.
    mutating func finish() throws(FactorizationError) -> TrainingData {
        closeCustomer()
        rows.sort { $0.customer < $1.customer }
        // Held-out items that nobody bought before are in the matrix too: they are misses, and must count as such.
        var items = Set<Int32>()
        for row in rows {
            items.formUnion(row.interest.lazy.map(\.item))
            items.formUnion(row.heldOut)
        }
        let itemIDs = items.sorted()
        let columns = Dictionary(uniqueKeysWithValues: itemIDs.enumerated().map { ($1, Int32($0)) })

        func block(_ cells: (Row) -> [(item: Int32, value: Float)]) throws(FactorizationError) -> InteractionBlock {
            var interactions: [Interaction] = []
            for (index, row) in rows.enumerated() {
                for (item, value) in cells(row) {
                    guard let column = columns[item] else { continue }
                    interactions.append(Interaction(row: Int32(index), column: column, value: value))
                }
            }
            return try InteractionBlock(interactions, rows: rows.count, columnCount: itemIDs.count)
        }
        return TrainingData(
            customerIDs: rows.map(\.customer), itemIDs: itemIDs,
            interactions: try block { $0.interest.map { ($0.item, Float($0.visits)) } },
            bought: excludesBought ? try block { $0.bought.map { ($0, 1) } } : nil,
            heldOut: holdout == .none ? nil : try block { $0.heldOut.map { ($0, 1) } },
            dataFrom: dataFrom, dataTo: dataTo)
    }

    private mutating func closeCustomer() {
        defer { open = [] }
        guard let customer = open.first?.customer else { return }
        let split = HoldoutSplit(open, holdout: holdout)
        let interest = Self.interest(in: split.training)
        guard !interest.isEmpty else { return }
        let bought = Set(
            split.training.lazy.flatMap(\.lines).filter { $0.meaning.contains(.purchase) }.map(\.item))
        rows.append(
            Row(
                customer: customer, interest: interest, bought: bought,
                heldOut: excludesBought ? split.heldOut.subtracting(bought) : split.heldOut))
    }

    /// The items of interest that were not sent back whole, with the number of visits of each.
    private static func interest(in visits: ArraySlice<ShopVisit>) -> [(item: Int32, visits: Int)] {
        var counts: [Int32: Int] = [:]
        for visit in visits {
            for item in Set(visit.lines.lazy.filter { $0.meaning.contains(.interest) }.map(\.item)) {
                counts[item, default: 0] += 1
            }
        }
        for item in itemsSentBack(in: visits) { counts[item] = nil }
        return counts.map { (item: $0.key, visits: $0.value) }.sorted { $0.item < $1.item }
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
