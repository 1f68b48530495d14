import Analytics
import Testing

@Suite("Blends on bad input")
struct BlendBadInputTests {
    /// Scores what it is told to.
    private struct Fixed: ItemScorer {
        var row: [Float]
        var users: Int?

        var itemCount: Int { row.count }
        var userCount: Int? { users }

        func scores(rows: Range<Int>, of history: InteractionBlock) -> [Float] { rows.flatMap { _ in row } }
    }

    private let history = try? InteractionBlock(
        columnCount: 4, rowOffsets: [0, 1, 1, 5], columns: [0, 0, 1, 2, 3], values: [1, 1, 1, 1, 1])

    @Test(
        "a score that is not finite is an error of its row, whatever place it has",
        arguments: [Float.nan, .infinity, -.infinity])
    func notFinite(bad: Float) throws {
        let history = try #require(history)
        #expect(throws: RankingError.notFinite(row: 1)) {
            try CandidateTable([Fixed(row: [1, 2, bad, 3])], history: history, rows: 1..<2, depth: 2)
        }
        // Nobody may get the item, so nobody asks for its score.
        let table = try CandidateTable(
            [Fixed(row: [1, 2, bad, 3])], history: history, rows: 0..<3, depth: 2,
            recommendable: [true, true, false, true])
        #expect(table.scores.allSatisfy { $0.isFinite })
    }

    @Test("scores that are all alike, or differ in the last bits only, stay finite")
    func alike() throws {
        let history = try #require(history)
        let least = Float.leastNonzeroMagnitude
        for row: [Float] in [
            [1, 1, 1, 1], [0, 0, 0, 0], [least, 2 * least, 3 * least, 9 * least], [3e38, 3e38, -3e38, 1],
            [7, 7, 7, 7.000001],
        ] {
            let table = try CandidateTable(
                [Fixed(row: row), Fixed(row: [4, 3, 2, 1])], history: history, rows: 0..<3, depth: 4)
            #expect(table.scores.allSatisfy { $0.isFinite && abs($0) < 3 }, "\(row)")
            let lists = try table.topItems(weights: [0.5, 0.5], count: 4)
            #expect(lists.items(ofRow: 1).count == 4)
        }
    }

    @Test("a user without history gets candidates, one who has everything gets none, and depth may exceed the items")
    func users() throws {
        let history = try #require(history)
        let table = try CandidateTable([Fixed(row: [4, 3, 2, 1])], history: history, rows: 0..<3, depth: .max)
        let lists = try table.topItems(weights: [1], count: .max)
        #expect((0..<3).map { Array(lists.items(ofRow: $0)) } == [[1, 2, 3], [0, 1, 2, 3], []])
    }

    @Test("models of other users or items, and empty data, are refused or give nothing")
    func mismatch() throws {
        let history = try #require(history)
        #expect(throws: RankingError.self) {
            try CandidateTable([Fixed(row: [1, 2, 3, 4], users: 2)], history: history, rows: 0..<3, depth: 1)
        }
        #expect(throws: RankingError.self) {
            try CandidateTable([Fixed(row: [1, 2])], history: history, rows: 0..<3, depth: 1)
        }
        #expect(throws: RankingError.self) { try CandidateTable([], history: history, rows: 0..<3, depth: 1) }
        let nobody = try AwkwardInteractions.noUsers.block()
        let table = try CandidateTable([Fixed(row: [1, 2, 3, 4])], history: nobody, rows: 0..<0, depth: 1)
        #expect(table.rows == 0)
        #expect(throws: RankingError.nothingHeldOut) { try fitBlend(table, heldOut: nobody, at: 5) }
        let two = FactorModelOfTwo.self
        #expect(throws: RankingError.self) {
            try CandidateTable([try two.model()], history: history, rows: 0..<3, depth: 1)
        }
    }

    private enum FactorModelOfTwo {
        static func model() throws -> FactorModel {
            try FactorModel(
                users: FactorMatrix(values: [1, 2], rank: 1), items: FactorMatrix(values: [1, 2, 3, 4], rank: 1))
        }
    }
}
