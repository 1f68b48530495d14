import Analytics
import Testing

@Suite("ALS on bad input")
struct ALSBadInputTests {
    private static let solvers: [RowSolver] = [.cholesky, .conjugateGradient(steps: 3), .subspace(size: 16)]
    private static let confidences: [ImplicitObjective.Confidence] = [
        .uniform, .logarithmic(alpha: 2), .linear(alpha: 2), .proportional(alpha: 2),
    ]

    private func isFinite(_ matrix: FactorMatrix) -> Bool { matrix.values.allSatisfy { $0.isFinite } }

    @Test(
        "every solver gives finite factors or a typed error, also with more factors than users and items",
        arguments: AwkwardInteractions.allCases)
    func implicit(data: AwkwardInteractions) throws {
        let block = try data.block()
        for solver in Self.solvers {
            for confidence in Self.confidences {
                for (rank, lambda) in [(2, 0.1), (64, 0.1), (64, 0)] {
                    let objective = ImplicitObjective(
                        regularization: lambda, frequencyExponent: 1, unobservedWeight: 0.1, confidence: confidence)
                    do {
                        let model = try trainImplicitALS(
                            block, options: ALSOptions(rank: rank, iterations: 3, solver: solver), objective: objective)
                        #expect(isFinite(model.users) && isFinite(model.items), "\(solver) \(confidence) \(rank)")
                        for user in 0..<block.rows where block.columns(ofRow: user).isEmpty {
                            #expect(model.users[user].allSatisfy { $0 == 0 })
                        }
                        let lists = try topItems(users: model.users, items: model.items, count: 3, excluding: block)
                        #expect(lists.scores.allSatisfy { $0.isFinite })
                    } catch is FactorizationError {
                        #expect(lambda == 0 || data.isExtreme, "\(solver) \(confidence) \(rank) \(lambda)")
                    } catch is RankingError {
                        #expect(lambda == 0 || data.isExtreme, "\(solver) \(confidence) \(rank) \(lambda)")
                    }
                }
            }
        }
    }

    @Test("ratings give finite factors or a typed error", arguments: AwkwardInteractions.allCases)
    func explicit(data: AwkwardInteractions) throws {
        let block = try data.block()
        for rank in [2, 64] {
            do {
                let model = try trainExplicitALS(
                    block, options: ALSOptions(rank: rank, iterations: 3),
                    objective: ExplicitObjective(regularization: 0.1))
                #expect(isFinite(model.users) && isFinite(model.items) && model.mean.isFinite)
                #expect((model.userBiases + model.itemBiases).allSatisfy { $0.isFinite })
            } catch is FactorizationError {
                #expect(block.count == 0 || data.isExtreme)
            }
        }
    }

    @Test("values that are not positive are refused before repeated pairs are added up, NaN and infinity too")
    func values() {
        for value in [-1, 0, Float.nan, .infinity, -.infinity] {
            #expect(throws: FactorizationError.self) {
                try InteractionBlock(
                    [Interaction(row: 0, column: 0, value: 3), Interaction(row: 0, column: 0, value: value)], rows: 1,
                    columnCount: 1)
            }
        }
        // Two that are fine alone and too large together.
        #expect(throws: FactorizationError.self) {
            try InteractionBlock(
                [Interaction(row: 0, column: 0, value: 3e38), Interaction(row: 0, column: 0, value: 3e38)], rows: 1,
                columnCount: 1)
        }
    }

    @Test("settings that are NaN, infinite or negative are refused by name")
    func settings() throws {
        let block = try AwkwardInteractions.userWithoutHistory.block()
        for bad in [-1, Double.nan, .infinity] {
            let objectives = [
                ImplicitObjective(regularization: bad, frequencyExponent: 1, unobservedWeight: 0.1),
                ImplicitObjective(regularization: 1, frequencyExponent: bad, unobservedWeight: 0.1),
                ImplicitObjective(regularization: 1, frequencyExponent: 1, unobservedWeight: bad),
                ImplicitObjective(
                    regularization: 1, frequencyExponent: 1, unobservedWeight: 0.1, confidence: .linear(alpha: bad)),
            ]
            for objective in objectives {
                #expect(throws: FactorizationError.self) {
                    try trainImplicitALS(block, options: ALSOptions(rank: 2), objective: objective)
                }
            }
        }
        let objective = ImplicitObjective(regularization: 1, frequencyExponent: 1, unobservedWeight: 0.1)
        for options in [
            ALSOptions(rank: 0), ALSOptions(rank: 2, iterations: 0), ALSOptions(rank: 2, initialScale: .nan),
            ALSOptions(rank: 2, initialScale: 0), ALSOptions(rank: 2, solver: .conjugateGradient(steps: 0)),
            ALSOptions(rank: 2, solver: .subspace(size: 0)),
        ] {
            #expect(throws: FactorizationError.self) {
                try trainImplicitALS(block, options: options, objective: objective)
            }
        }
    }

    @Test("an explanation refuses past values that no training has seen")
    func explanation() throws {
        let items = try FactorMatrix(values: [0.1, 0.2, 0.3, 0.4], rank: 2)
        let objective = ImplicitObjective(
            regularization: 0.1, frequencyExponent: 0, unobservedWeight: 1, confidence: .linear(alpha: 2))
        for value in [Float.nan, .infinity, 0, -1] {
            #expect(throws: FactorizationError.self) {
                try explainScores(
                    of: [ScoresToExplain(targets: [1], columns: [0], values: [value])], items: items,
                    gramian: Gramian(of: items), objective: objective)
            }
        }
        let nothing = try explainScores(
            of: [ScoresToExplain(targets: [1], columns: [], values: [])], items: items, gramian: Gramian(of: items),
            objective: objective)[0]
        #expect(nothing.map(\.score) == [0] && nothing[0].contributions.isEmpty)
    }
}
