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

    /// At most three, the strongest first; of equal ones the item that comes first in the past.
    let reasons: [Reason]

    private static let most = 3

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
        var total = 0.0
        var strongest: [(item: Int32, contribution: Double)] = []
        for (item, contribution) in zip(past, explanation.contributions)
        where contribution > 0 && item != explanation.item {
            total += contribution
            // Few pass: most are weaker than the third so far.
            if strongest.count == Self.most, contribution <= strongest[Self.most - 1].contribution { continue }
            let place = strongest.firstIndex { $0.contribution < contribution } ?? strongest.count
            strongest.insert((item, contribution), at: place)
            if strongest.count > Self.most { strongest.removeLast() }
        }
        reasons = strongest.compactMap { item, contribution in
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
