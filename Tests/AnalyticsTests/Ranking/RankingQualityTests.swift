import Analytics
import Foundation
import Testing

@Suite("Ranking quality")
struct RankingQualityTests {
    @Test("recall, hit rate and NDCG of a case computed by hand")
    func byHand() throws {
        // Row 0: held out 3 and 5, hits at position 2; row 1: nothing held out; row 2: one of three at position 1.
        let heldOut = try InteractionBlock(
            columnCount: 9, rowOffsets: [0, 2, 2, 5], columns: [3, 5, 0, 1, 2], values: [1, 1, 1, 1, 1])
        let users = try FactorMatrix(values: [1, 0, 0, 1, 0, 1], rank: 2)
        let items = try FactorMatrix(
            values: [0, 9, 0, -9, 0, -9, 5, 0, 6, 0, -5, 0, 0, 1, 0, 2, 0, 3], rank: 2)
        let lists = try topItems(users: users, items: items, count: 2)
        #expect(Array(lists.items(ofRow: 0)) == [4, 3] && Array(lists.items(ofRow: 2)) == [0, 8])
        let quality = try RankingQuality(of: lists, heldOut: heldOut, at: 2)
        #expect(quality.rows == [0, 2])
        #expect(quality.recall == [0.5, 0.5])
        #expect(quality.hitRate == [1, 1])
        let second = 1 / log2(3.0)
        #expect(abs(quality.ndcg[0] - second / (1 + second)) < 1e-12)
        #expect(abs(quality.ndcg[1] - 1 / (1 + second)) < 1e-12)
        #expect(abs(quality.meanNDCG - 0.5) < 1e-12 && quality.meanRecall == 0.5 && quality.meanHitRate == 1)
    }

    @Test("a perfect list scores 1 also when fewer items are held out than the list is long")
    func perfect() throws {
        let heldOut = try InteractionBlock(columnCount: 3, rowOffsets: [0, 1], columns: [2], values: [1])
        let lists = try topItems(
            users: FactorMatrix(values: [1], rank: 1), items: FactorMatrix(values: [1, 2, 3], rank: 1), count: 3)
        let quality = try RankingQuality(of: lists, heldOut: heldOut, at: 3)
        #expect(quality.recall == [1] && quality.ndcg == [1])
    }

    @Test("nothing held out is an error, not a mean of nothing")
    func nothing() throws {
        let heldOut = try InteractionBlock(columnCount: 1, rowOffsets: [0, 0], columns: [], values: [])
        let lists = try topItems(
            users: FactorMatrix(values: [1], rank: 1), items: FactorMatrix(values: [1], rank: 1), count: 1)
        #expect(throws: RankingError.nothingHeldOut) { try RankingQuality(of: lists, heldOut: heldOut, at: 1) }
    }
}
