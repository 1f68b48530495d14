import Analytics
import Testing

@Suite("Synthetic interactions")
struct SyntheticInteractionsTests {
    private let set = SyntheticInteractions(
        users: 3000, items: 1000, interactions: 60_000, topics: 10, seed: 4)

    @Test("the set has the asked size and valid rows, the same for any number of threads")
    func shape() throws {
        let matrix = try set.matrix()
        #expect(matrix.rows == 3000 && matrix.columnCount == 1000 && matrix.count == 60_000)
        #expect(try set.matrix(threads: 3) == matrix)
        // Runs every check of a block.
        let checked = try InteractionBlock(
            columnCount: 1000, rowOffsets: matrix.rowOffsets, columns: matrix.columns, values: matrix.values)
        #expect(checked == matrix)
        var other = set
        other.seed = 5
        #expect(try other.matrix() != matrix)
    }

    @Test("popularity follows a long tail, and tastes can be learned")
    func planted() throws {
        let matrix = try set.matrix()
        let users = PopularItems(matrix).users.sorted(by: >)
        #expect(users[..<100].reduce(0, +) > 60_000 / 4)
        let split = try matrix.splitPerUser(share: 0.2, seed: 1)
        let model = try trainImplicitALS(
            split.train, options: ALSOptions(rank: 16, iterations: 6), objective: SolveRowsTests.objectives[0],
            threads: 2)
        let lists = try topItems(users: model.users, items: model.items, count: 20, excluding: split.train)
        let popular = try PopularItems(split.train).topItems(count: 20, excluding: split.train)
        let found = try RankingQuality(of: lists, heldOut: split.heldOut, at: 20).meanRecall
        #expect(try found > 1.5 * RankingQuality(of: popular, heldOut: split.heldOut, at: 20).meanRecall)
    }

    @Test("sizes that make no sense are refused")
    func refused() {
        for change: (inout SyntheticInteractions) -> Void in [
            { $0.users = 0 }, { $0.topics = 1001 }, { $0.interactions = 2999 }, { $0.interactions = 3000 * 300 },
            { $0.loyalty = .nan }, { $0.lengthDeviation = -1 },
        ] {
            var bad = set
            change(&bad)
            #expect(throws: FactorizationError.self) { try bad.matrix() }
        }
    }
}
