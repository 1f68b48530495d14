import Analytics
import Testing

@Suite("Ranking on bad input")
struct RankingBadInputTests {
    @Test("factors whose products overflow are an error, not infinity or a missing item")
    func overflow() throws {
        let items = try FactorMatrix(values: [1e20, 1e20, 1, 1], rank: 2)
        let users = try FactorMatrix(values: [1, 1, 1e20, -1e20], rank: 2)
        #expect(throws: RankingError.notFinite(row: 1)) { try topItems(users: users, items: items, count: 2) }
        let modest = try FactorMatrix(values: [1e18, -1e18], rank: 2)
        #expect(try topItems(users: modest, items: items, count: 2).scores.allSatisfy { $0.isFinite })
    }

    @Test("a user who has everything, no users, no items, and lists longer than the catalogue")
    func edges() throws {
        let items = try FactorMatrix(values: [3, 2, 1], rank: 1)
        let users = try FactorMatrix(values: [1, 0], rank: 1)
        let excluded = try InteractionBlock(
            columnCount: 3, rowOffsets: [0, 3, 3], columns: [0, 1, 2], values: [1, 1, 1])
        let lists = try topItems(users: users, items: items, count: .max, excluding: excluded)
        #expect((0..<2).map { Array(lists.items(ofRow: $0)) } == [[], [0, 1, 2]])
        let nobody = try FactorMatrix(values: [], rank: 1)
        #expect(try topItems(users: nobody, items: items, count: 2).rows == 0)
        #expect(try topItems(users: users, items: nobody, count: 2).items.isEmpty)
        #expect(try topItems(users: users, items: items, count: 2, recommendable: [false, false, false]).items.isEmpty)
        #expect(throws: FactorizationError.notFinite(row: 1)) { try FactorMatrix(values: [1, .nan], rank: 1) }
    }

    @Test("popularity of data without interactions is an order all the same", arguments: AwkwardInteractions.allCases)
    func popular(data: AwkwardInteractions) throws {
        let block = try data.block()
        let popular = PopularItems(block)
        #expect(popular.ranking.count == block.columnCount)
        let lists = try popular.topItems(count: 10, excluding: block)
        for user in 0..<block.rows {
            #expect(lists.items(ofRow: user).count == block.columnCount - block.columns(ofRow: user).count)
        }
    }

    @Test("settings of reranking that are NaN or out of range are refused")
    func reranking() throws {
        let list = [ScoredItem(item: 0, score: 2), ScoredItem(item: 1, score: 1)]
        for bad in [Double.nan, .infinity, -.infinity] {
            #expect(throws: RankingError.self) { try list.boostingFreshness(weight: bad, halfLife: 1) { _ in 1 } }
            #expect(throws: RankingError.self) { try list.exploring(share: bad, pool: [7], seed: 1, row: 0) }
        }
        for bad in [Double.nan, 0, -1] {
            #expect(throws: RankingError.self) { try list.boostingFreshness(weight: 1, halfLife: bad) { _ in 1 } }
        }
        for bad in [-0.1, 1.1] {
            #expect(throws: RankingError.self) { try list.exploring(share: bad, pool: [7], seed: 1, row: 0) }
        }
        #expect(try list.boostingFreshness(weight: 1, halfLife: 1) { _ in .nan } == list)
        let factors = try FactorMatrix(values: [0, 0], rank: 1)
        #expect(throws: RankingError.self) { try list.diversified(count: 2, relevance: .nan, factors: factors) }
        #expect(try list.diversified(count: 9, relevance: 0.5, factors: factors) == list)
        #expect(try [ScoredItem]().diversified(count: 2, relevance: 0.5, factors: factors).isEmpty)
        #expect(list.capped(perCategory: -1, count: 5, category: { _ in 0 }).isEmpty)
        #expect(try [ScoredItem]().exploring(share: 1, pool: [7], seed: 1, row: 0).isEmpty)
    }
}
