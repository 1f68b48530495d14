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
            of: [ScoresToExplain(targets: [3], columns: block.columns(ofRow: 0), values: block.values(ofRow: 0))],
            items: items, gramian: gramian, objective: objective)[0]
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
        let users = (0..<60).map {
            ScoresToExplain(targets: [0, 25, 49], columns: train.columns(ofRow: $0), values: train.values(ofRow: $0))
        }
        let all = try explainScores(of: users, items: model.items, gramian: gramian, objective: objective)
        #expect(
            try explainScores(of: users, items: model.items, gramian: gramian, objective: objective, threads: 3) == all)
        for (user, explained) in all.enumerated() {
            #expect(explained.map(\.item) == [0, 25, 49])
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
        func explain(_ users: [ScoresToExplain]) throws -> [[ScoreExplanation]] {
            try explainScores(of: users, items: items, gramian: Gramian(of: items), objective: objective)
        }
        let none = try explain([
            ScoresToExplain(targets: [0], columns: [], values: []),
            ScoresToExplain(targets: [], columns: [1], values: [2]),
        ])
        #expect(none.count == 2 && none[0].count == 1 && none[1].isEmpty)
        #expect(none[0][0].score == 0 && none[0][0].contributions.isEmpty)
        #expect(try explain([]).isEmpty)
        #expect(throws: FactorizationError.self) {
            try explain([ScoresToExplain(targets: [2], columns: [0], values: [1])])
        }
    }

    @Test("many factors and a long past: the same as by a plain elimination", arguments: [1, 7, 64, 65, 130])
    func manyFactors(rank: Int) throws {
        var generator = SeededGenerator(seed: 5, stream: UInt64(rank))
        let items = try FactorMatrix(
            values: (0..<300 * rank).map { _ in Float(generator.uniform() - 0.5) / Float(rank).squareRoot() },
            rank: rank)
        let objective = ImplicitObjective(
            regularization: 0.02, frequencyExponent: 1, unobservedWeight: 0.1, confidence: .linear(alpha: 2))
        let gramian = Gramian(of: items)
        let past = (0..<150).map { Int32(2 * $0) }
        let values = past.map { Float($0 % 5 + 1) }
        let targets: [Int32] = (0..<11).map { 20 * $0 + 1 }
        let explained = try explainScores(
            of: [ScoresToExplain(targets: targets, columns: past[...], values: values[...])], items: items,
            gramian: gramian, objective: objective)[0]

        var equations = (0..<rank).map { i in (0..<rank).map { 0.1 * gramian[i, $0] } }
        let lambda = objective.regularization(observed: past.count, others: 300)
        for i in 0..<rank { equations[i][i] += lambda }
        for (item, value) in zip(past, values) {
            let row = items[Int(item)].map(Double.init)
            for i in 0..<rank { for j in 0..<rank { equations[i][j] += 2 * Double(value) * row[i] * row[j] } }
        }
        let solved = eliminate(equations, targets.map { items[Int($0)].map(Double.init) })
        for (number, explanation) in explained.enumerated() {
            for (place, item) in past.enumerated() {
                let weight = 2 * Double(values[place]) + 0.1
                let expected = weight * zip(items[Int(item)], solved[number]).reduce(0) { $0 + Double($1.0) * $1.1 }
                #expect(abs(explanation.contributions[place] - expected) < 1e-9)
            }
        }
    }

    /// Gauss–Jordan with pivots, for several right sides at once.
    private func eliminate(_ matrix: [[Double]], _ rights: [[Double]]) -> [[Double]] {
        let order = matrix.count
        var rows = matrix.indices.map { row in matrix[row] + rights.map { $0[row] } }
        let width = order + rights.count
        for column in 0..<order {
            let pivot = (column..<order).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
            rows.swapAt(column, pivot)
            let scale = 1 / rows[column][column]
            for j in column..<width { rows[column][j] *= scale }
            let line = rows[column]
            for i in 0..<order where i != column {
                let factor = rows[i][column]
                for j in column..<width { rows[i][j] -= factor * line[j] }
            }
        }
        return rights.indices.map { right in rows.map { $0[order + right] } }
    }
}
