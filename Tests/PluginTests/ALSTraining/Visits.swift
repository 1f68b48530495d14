import Foundation

@testable import ALSTraining

/// Visits written short: `visit(1, day: 3, bought: [7, 8])`.
///
/// - Parameter seenAs: place of the kind of `seen` among those that count as interest.
func visit(
    _ customer: Int32, day: Int, bought: [Int32] = [], takenBack: [Int32] = [], seen: [Int32] = [], quantity: Int32 = 1,
    seenAs: Int16 = 1
) -> ShopVisit {
    func lines(_ items: [Int32], _ meaning: ShopVisit.Meaning, kind: Int16) -> [ShopVisit.Line] {
        items.map { ShopVisit.Line(item: $0, quantity: quantity, meaning: meaning, kind: kind) }
    }
    let moment = Date(timeIntervalSince1970: Double(day) * 86_400)
    return ShopVisit(
        customer: customer,
        lines: lines(bought, .purchase, kind: 1) + lines(takenBack, .takenBack, kind: 0)
            + lines(seen, [], kind: seenAs),
        began: moment, ended: moment)
}

/// The matrices of visits, whose customers ascend.
func collect(
    _ visits: [ShopVisit], _ change: (inout TrainingArguments) -> Void = { _ in }
) throws -> TrainingData {
    var arguments = TrainingArguments()
    change(&arguments)
    var collector = InteractionCollector(arguments)
    for visit in visits { collector.add(visit) }
    return try collector.finish()
}
