import Analytics
import Testing

@Suite("Blends")
struct BlendTests {
    /// A model of given scores.
    private struct Given: ItemScorer {
        let itemCount: Int
        let score: @Sendable (_ row: Int, _ item: Int) -> Float

        func scores(rows: Range<Int>, of history: InteractionBlock) -> [Float] {
            rows.flatMap { row in (0..<itemCount).map { score(row, $0) } }
        }
    }

    @Test("with one model and enough depth the lists are that model's", arguments: [1, 3])
    func single(threads: Int) throws {
        let tastes = try PlantedTastes(users: 50, items: 60, seed: 81)
        let model = try trainImplicitALS(
            tastes.train, options: ALSOptions(rank: 8, iterations: 4), objective: SolveRowsTests.objectives[0])
        let table = try CandidateTable([model], history: tastes.train, rows: 0..<50, depth: 10, threads: threads)
        let lists = try table.topItems(weights: [1], count: 10)
        let expected = try topItems(users: model.users, items: model.items, count: 10, excluding: tastes.train)
        #expect(lists.rowOffsets == expected.rowOffsets && lists.items == expected.items)
    }

    @Test("scores are standardised over the items that may be listed")
    func standardised() throws {
        let history = try InteractionBlock(columnCount: 4, rowOffsets: [0, 1], columns: [3], values: [1])
        let given = Given(itemCount: 4) { _, item in [1, 2, 3, 99][item] }
        let flat = Given(itemCount: 4) { _, _ in 7 }
        let table = try CandidateTable([given, flat], history: history, rows: 0..<1, depth: 3)
        #expect(table.items == [0, 1, 2])
        let unit = Float(1.5).squareRoot()
        for (found, value) in zip(table.scores, [-unit, 0, 0, 0, unit, 0]) { #expect(abs(found - value) < 1e-6) }
    }

    @Test("fitted weights are at least as good as each model, and better than any where models add up")
    func fit() throws {
        // Two models that know half of the truth each.
        var generator = SeededGenerator(seed: 82)
        let truth = (0..<80 * 100).map { _ in Float(generator.uniform()) }
        let noise = (0..<2 * 80 * 100).map { _ in Float(generator.normal(standardDeviation: 0.4)) }
        let heldOut = try InteractionBlock(
            (0..<80).flatMap { row in
                (0..<100).filter { truth[row * 100 + $0] > 0.93 }.map {
                    Interaction(row: Int32(row), column: Int32($0), value: 1)
                }
            }, rows: 80, columnCount: 100)
        let empty = try InteractionBlock([], rows: 80, columnCount: 100)
        let models = (0..<2).map { model in
            Given(itemCount: 100) { row, item in
                truth[row * 100 + item] + noise[(model * 80 + row) * 100 + item]
            }
        }
        let useless = Given(itemCount: 100) { _, item in Float(item % 7) }
        let table = try CandidateTable(models + [useless], history: empty, rows: 0..<80, depth: 40)
        let fitted = try fitBlend(table, heldOut: heldOut, at: 10)
        let alone = try (0..<3).map { model in
            try RankingQuality(
                of: table.topItems(weights: (0..<3).map { $0 == model ? 1 : 0 }, count: 10), heldOut: heldOut, at: 10
            ).meanNDCG
        }
        #expect(fitted.ndcg > 1.1 * (alone.max() ?? 1))
        #expect(abs(fitted.weights.reduce(0, +) - 1) < 1e-12 && fitted.weights[2] < 0.2)
        #expect(try fitBlend(table, heldOut: heldOut, at: 10) == fitted)
    }

    @Test("models of other items, no models and wrong weights are refused")
    func refused() throws {
        let history = try InteractionBlock(columnCount: 2, rowOffsets: [0, 0], columns: [], values: [])
        let given = Given(itemCount: 2) { _, _ in 1 }
        let other = Given(itemCount: 3) { _, _ in 1 }
        #expect(throws: RankingError.self) { try CandidateTable([], history: history, rows: 0..<1, depth: 1) }
        #expect(throws: RankingError.self) { try CandidateTable([other], history: history, rows: 0..<1, depth: 1) }
        #expect(throws: RankingError.self) { try CandidateTable([given], history: history, rows: 0..<2, depth: 1) }
        let table = try CandidateTable([given], history: history, rows: 0..<1, depth: 1)
        #expect(throws: RankingError.self) { try table.topItems(weights: [1, 1], count: 1) }
        #expect(throws: RankingError.self) { try table.topItems(weights: [.nan], count: 1) }
    }
}
