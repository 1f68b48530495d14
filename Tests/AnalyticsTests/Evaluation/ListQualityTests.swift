import Analytics
import Foundation
import Testing

@Suite("List quality")
struct ListQualityTests {
    @Test("a case computed by hand")
    func byHand() throws {
        // Users of items 0…3: 3, 2, 1, 0; mean users of an item in a history (3·3 + 2·2 + 1) / 6.
        let history = try InteractionBlock(
            columnCount: 4, rowOffsets: [0, 3, 5, 6], columns: [0, 1, 2, 0, 1, 0], values: [1, 1, 1, 1, 1, 1])
        let lists = RankedLists([
            [(item: 3, score: 1)], [(item: 2, score: 2), (item: 3, score: 1)],
            [(item: 1, score: 2), (item: 3, score: 1)],
        ])
        let factors = try FactorMatrix(values: [1, 0, 0, 2, 3, 0, 1, 1], rank: 2)
        let quality = try ListQuality(of: lists, history: history, at: 2, factors: factors)
        #expect(quality.coverage == 0.75)
        #expect(abs(quality.novelty - (4 * log2(3) + log2(1.5)) / 5) < 1e-12)
        let half = 0.5.squareRoot()
        #expect(abs((quality.diversity ?? 0) - (1 - half)) < 1e-7)
        // Listed 0, 1, 1, 3 times in ascending order: Σ (2i − 5) c / (4 · 5).
        #expect(abs(quality.gini - (-1 + 1 + 9) / 20.0) < 1e-12)
        #expect(abs(quality.popularityLift - (3.0 / 5) / (14.0 / 6)) < 1e-12)
        #expect(try ListQuality(of: lists, history: history, at: 1).diversity == nil)
    }

    @Test("empty lists, strange items and a length below 1 are refused")
    func refused() throws {
        let history = try InteractionBlock(columnCount: 2, rowOffsets: [0, 1], columns: [0], values: [1])
        let stranger = RankedLists([[(item: 2, score: 1)]])
        #expect(throws: RankingError.self) { try ListQuality(of: stranger, history: history, at: 1) }
        let none = RankedLists([[(item: Int32, score: Float)]()])
        #expect(throws: RankingError.nothingListed) { try ListQuality(of: none, history: history, at: 1) }
        #expect(throws: RankingError.invalidCount(0)) { try ListQuality(of: none, history: history, at: 0) }
    }

    @Test("average precision and recall of all of a case computed by hand")
    func precision() throws {
        let heldOut = try InteractionBlock(
            columnCount: 9, rowOffsets: [0, 4], columns: [1, 3, 5, 7], values: [1, 1, 1, 1])
        let lists = RankedLists([[(item: 3, score: 9), (item: 0, score: 8), (item: 7, score: 7)]])
        let quality = try RankingQuality(of: lists, heldOut: heldOut, at: 3)
        #expect(quality.recallOfAll == [0.5])
        #expect(abs(quality.recall[0] - 2.0 / 3) < 1e-12)
        #expect(abs(quality.meanAveragePrecision - (1 + 2.0 / 3) / 3) < 1e-12)
    }
}
