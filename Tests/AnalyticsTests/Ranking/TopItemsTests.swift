import Analytics
import Testing

@Suite("Top items")
struct TopItemsTests {
    @Test("lists agree with scoring and sorting everything", arguments: [1, 5, 8, 30], [1, 10, 1000])
    func reference(rank: Int, count: Int) throws {
        var generator = SeededGenerator(seed: 91)
        // Few distinct values make many equal scores, so that the rule for ties is tested.
        func coarse(_ rows: Int) throws -> FactorMatrix {
            try FactorMatrix(values: (0..<rows * rank).map { _ in Float(generator.integer(below: 5) - 2) }, rank: rank)
        }
        let users = try coarse(13)
        let items = try coarse(101)
        let bought = try randomInteractions(rows: 13, columns: 101, density: 0.2, using: &generator)
        let mask = (0..<101).map { _ in generator.uniform() < 0.9 }
        let lists = try topItems(users: users, items: items, count: count, excluding: bought, recommendable: mask)
        for user in 0..<13 {
            let ranked = (0..<101)
                .filter { mask[$0] && !bought.columns(ofRow: user).contains(Int32($0)) }
                .map { item in (item: Int32(item), score: zip(users[user], items[item]).reduce(0) { $0 + $1.0 * $1.1 })
                }
                .sorted { ($1.score, $0.item) < ($0.score, $1.item) }
                .prefix(count)
            #expect(Array(lists.items(ofRow: user)) == ranked.map(\.item))
            #expect(Array(lists.scores(ofRow: user)) == ranked.map(\.score))
        }
    }

    @Test("any cut of the users gives the same lists")
    func sharding() throws {
        let users = try FactorMatrix.initial(rows: 0..<50, rank: 12, seed: 1)
        let items = try FactorMatrix.initial(rows: 0..<300, rank: 12, seed: 2)
        let whole = try topItems(users: users, items: items, count: 7)
        for range in [0..<3, 3..<10, 10..<50] {
            let part = try topItems(users: users.block(of: range), items: items, count: 7)
            for (position, row) in range.enumerated() {
                #expect(part.items(ofRow: position) == whole.items(ofRow: row))
                #expect(Array(part.scores(ofRow: position)) == Array(whole.scores(ofRow: row)))
            }
        }
    }

    @Test("any number of threads gives the same lists, also for users without factors", arguments: [2, 5])
    func threads(threads: Int) throws {
        let drawn = try FactorMatrix.initial(rows: 0..<400, rank: 24, seed: 3)
        let users = try FactorMatrix(
            values: drawn.values.enumerated().map { $0.offset / 24 % 7 == 0 ? 0 : $0.element }, rank: 24)
        let items = try FactorMatrix.initial(rows: 0..<1000, rank: 24, seed: 4)
        let whole = try topItems(users: users, items: items, count: 20)
        #expect(try topItems(users: users, items: items, count: 20, threads: threads) == whole)
        #expect(Array(whole.items(ofRow: 7)) == Array(0..<20), "equal scores rank by the lower index")
    }

    @Test("items that are much longer than others do not hide good short ones")
    func norms() throws {
        // The longest item points away from the user; the shortest ones towards it.
        var values: [Float] = [-100, 0, 0, 50]
        for item in 0..<300 { values += [Float(item + 1) / 100, 0.001] }
        let items = try FactorMatrix(values: values, rank: 2)
        let lists = try topItems(users: FactorMatrix(values: [1, 0], rank: 2), items: items, count: 5)
        #expect(Array(lists.items) == [301, 300, 299, 298, 297])
    }

    @Test("a list is short when little is allowed, and empty when nothing is")
    func short() throws {
        let users = try FactorMatrix(values: [1], rank: 1)
        let items = try FactorMatrix(values: [3, 2, 1], rank: 1)
        let mask = [false, true, false]
        #expect(try topItems(users: users, items: items, count: 2, recommendable: mask).items == [1])
        let none = try topItems(users: users, items: items, count: 2, recommendable: [false, false, false])
        #expect(none.rows == 1 && none.items.isEmpty)
    }

    @Test("sizes that do not fit are refused")
    func mismatches() throws {
        let users = try FactorMatrix(values: [1, 2], rank: 1)
        let items = try FactorMatrix(values: [3, 2, 1], rank: 1)
        let bought = try InteractionBlock(columnCount: 3, rowOffsets: [0, 0], columns: [], values: [])
        #expect(throws: RankingError.invalidCount(0)) { try topItems(users: users, items: items, count: 0) }
        #expect(throws: RankingError.self) { try topItems(users: users, items: items, count: 1, excluding: bought) }
        #expect(throws: RankingError.self) { try topItems(users: users, items: items, count: 1, recommendable: [true]) }
        #expect(throws: RankingError.self) {
            try topItems(users: users, items: FactorMatrix(values: [1, 2], rank: 2), count: 1)
        }
    }

    @Test("popular items come by their number of users, without those already bought")
    func popular() throws {
        let bought = try InteractionBlock(
            columnCount: 4, rowOffsets: [0, 2, 4, 5], columns: [1, 3, 1, 2, 3], values: [9, 1, 1, 1, 1])
        let popular = PopularItems(bought)
        #expect(popular.ranking == [1, 3, 2, 0])
        let lists = try popular.topItems(count: 2, excluding: bought)
        #expect(lists.items == [2, 0, 3, 0, 1, 2])
        #expect(lists.scores == [1, 0, 2, 0, 2, 1])
        let masked = try popular.topItems(count: 3, excluding: bought, recommendable: [true, false, true, true])
        #expect(masked.items == [2, 0, 3, 0, 2, 0])
    }
}
