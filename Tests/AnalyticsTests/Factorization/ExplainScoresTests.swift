import Analytics
import Testing

@Suite("Explanation of a score")
struct ExplainScoresTests {
    @Test("the fixed case: contributions and total as computed by another implementation")
    func fixedCase() throws {
        let items = try FactorMatrix(
            values: [
                0.20183, 0.992304, 1.224437, -0.387741, 0.215064, 1.004402, 1.164413, -0.347752, 0.996432, 0.510798,
            ],
            rank: 2)
        let objective = ImplicitObjective(
            regularization: 0.1, frequencyExponent: 0, unobservedWeight: 1, confidence: .proportional(alpha: 2))
        let block = try InteractionBlock(columnCount: 5, rowOffsets: [0, 3], columns: [0, 2, 4], values: [3, 1, 2])
        let gramian = Gramian(of: items)
        let explained = try explainScores(
            columns: block.columns(ofRow: 0), values: block.values(ofRow: 0), targets: [3], items: items,
            gramian: gramian, objective: objective)
        let expected = [-0.3335624583, -0.1082932612, 0.5896977574]
        #expect(explained.count == 1 && explained[0].item == 3)
        for (found, value) in zip(explained[0].contributions, expected) { #expect(abs(found - value) < 1e-6) }
        #expect(abs(explained[0].score - 0.1478420379) < 1e-6)
        let users = try solveRows(block: block, items: items, gramian: gramian, objective: objective)
        let served = zip(users[0], items[3]).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(Double(served) - 0.1478420379) < 1e-6)
    }

    @Test("contributions add up to the score of the trained model", arguments: SolveRowsTests.objectives)
    func addsUp(objective: ImplicitObjective) throws {
        let train = try PlantedTastes(users: 60, items: 50, seed: 81).train
        let model = try trainImplicitALS(
            train, options: ALSOptions(rank: 8, iterations: 3, seed: 1), objective: objective)
        let gramian = Gramian(of: model.items)
        for user in [0, 17, 59] {
            let explained = try explainScores(
                columns: train.columns(ofRow: user), values: train.values(ofRow: user), targets: [0, 25, 49],
                items: model.items, gramian: gramian, objective: objective)
            for explanation in explained {
                let served = zip(model.users[user], model.items[Int(explanation.item)]).reduce(0) { $0 + $1.0 * $1.1 }
                #expect(abs(explanation.contributions.reduce(0, +) - Double(served)) < 1e-5)
            }
        }
    }

    @Test("a user without history has score 0; a strange item is refused")
    func edges() throws {
        let items = try FactorMatrix(values: [1, 2, 3, 4], rank: 2)
        let objective = ImplicitObjective(regularization: 1, frequencyExponent: 0, unobservedWeight: 1)
        let none = try explainScores(
            columns: [], values: [], targets: [0], items: items, gramian: Gramian(of: items), objective: objective)
        #expect(none.count == 1 && none[0].score == 0 && none[0].contributions.isEmpty)
        #expect(throws: FactorizationError.self) {
            try explainScores(
                columns: [0], values: [1], targets: [2], items: items, gramian: Gramian(of: items), objective: objective
            )
        }
    }
}
