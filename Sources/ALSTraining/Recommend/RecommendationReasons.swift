import Analytics
import Foundation
import Postgres

/// The past items that a recommendation comes from.
struct RecommendationReasons: Sendable, Equatable {
    /// One past item.
    struct Reason: Sendable, Equatable {
        /// Its column.
        let item: Int32
        /// Its share of all that speaks for the recommendation, above 0 and at most 1, in steps of 0.0001.
        let share: Double
    }

    /// At most three, the strongest first.
    let reasons: [Reason]

    /// Of an item that no past item speaks for.
    static let none = RecommendationReasons(reasons: [])

    private init(reasons: [Reason]) {
        self.reasons = reasons
    }

    /// - Parameters:
    ///   - explanation: what each past item adds to the score.
    ///   - past: the past items, in the order of the contributions. The recommended item itself, where it may be bought
    ///     again, is no reason for itself.
    init(_ explanation: ScoreExplanation, past: ArraySlice<Int32>) {
        let supporting = zip(past, explanation.contributions).filter { $1 > 0 && $0 != explanation.item }
        let total = supporting.reduce(0.0) { $0 + $1.1 }
        reasons = supporting.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.prefix(3).compactMap { item, contribution in
            let share = (contribution / total * 10_000).rounded() / 10_000
            return share > 0 ? Reason(item: item, share: share) : nil
        }
    }

    /// `[{"item_id", "share"}]`, with ids for columns.
    func json(itemIDs: [Int32]) -> JSONText {
        JSONText(
            "[" + reasons.map { #"{"item_id":\#(itemIDs[Int($0.item)]),"share":\#($0.share)}"# }.joined(separator: ",")
                + "]")
    }
}
