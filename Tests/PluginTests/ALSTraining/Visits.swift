import Foundation

@testable import ALSTraining

/// Visits written short: `visit(1, day: 3, bought: [7, 8])`.
func visit(
    _ customer: Int32, day: Int, bought: [Int32] = [], takenBack: [Int32] = [], seen: [Int32] = [], quantity: Int32 = 1
) -> ShopVisit {
    func lines(_ items: [Int32], _ meaning: ShopVisit.Meaning) -> [ShopVisit.Line] {
        items.map { ShopVisit.Line(item: $0, quantity: quantity, meaning: meaning) }
    }
    let moment = Date(timeIntervalSince1970: Double(day) * 86_400)
    return ShopVisit(
        customer: customer,
        lines: lines(bought, [.purchase, .interest]) + lines(takenBack, .takenBack) + lines(seen, .interest),
        began: moment, ended: moment)
}

/// The matrix of visits.
func collect(
    _ visits: [ShopVisit], holdout: TrainingArguments.Holdout = .none, excludesBought: Bool = true
) throws -> TrainingData {
    var collector = InteractionCollector(holdout: holdout, excludesBought: excludesBought)
    for visit in visits { collector.add(visit) }
    return try collector.finish()
}
