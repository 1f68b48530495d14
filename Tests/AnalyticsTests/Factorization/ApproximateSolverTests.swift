import Analytics
import Testing

@Suite("Approximate row solvers")
struct ApproximateSolverTests {
    @Test(
        "many steps of conjugate gradient arrive at the dense solution", arguments: SolveRowsTests.objectives,
        [3, 20, 33])
    func conjugateGradient(objective: ImplicitObjective, rank: Int) throws {
        try compare(objective, rank: rank, solver: .conjugateGradient(steps: 60), passes: 3)
    }

    @Test("passes over subspaces arrive at the dense solution", arguments: SolveRowsTests.objectives, [3, 20, 50])
    func subspace(objective: ImplicitObjective, rank: Int) throws {
        try compare(objective, rank: rank, solver: .subspace(size: 16), passes: 60)
    }

    private func compare(_ objective: ImplicitObjective, rank: Int, solver: RowSolver, passes: Int) throws {
        var generator = SeededGenerator(seed: 61)
        // 600 columns: the full row needs several chunks.
        let block = try randomInteractions(rows: 6, columns: 600, density: 0.05, using: &generator)
        let items = try FactorMatrix.initial(rows: 0..<600, rank: rank, seed: 62, scale: 1)
        let gramian = Gramian(of: items)
        var found = try FactorMatrix.initial(rows: 0..<6, rank: rank, seed: 63, scale: 1)
        for _ in 0..<passes {
            found = try solveRows(
                block: block, items: items, gramian: gramian, objective: objective, solver: solver, start: found)
        }
        let dense = DenseReference(items: items, objective: objective)
        for row in 1..<block.rows {
            let columns = block.columns(ofRow: row)
            let lambda = objective.regularization(observed: columns.count, others: 600)
            let expected = dense.solve(columns: columns, values: block.values(ofRow: row), lambda: lambda)
            let size = expected.map(abs).max() ?? 0
            for (a, b) in zip(found[row], expected) { #expect(abs(Double(a) - b) <= 1e-5 * size) }
        }
        #expect(found[0].allSatisfy { $0 == 0 }, "a row without interactions gets zeros")
    }

    @Test(
        "any cut of the rows and any number of threads give the same bytes",
        arguments: [RowSolver.cholesky, .conjugateGradient(steps: 3), .subspace(size: 16)])
    func reproducible(solver: RowSolver) throws {
        var generator = SeededGenerator(seed: 64)
        let block = try randomInteractions(rows: 300, columns: 400, density: 0.1, using: &generator)
        let items = try FactorMatrix.initial(rows: 0..<400, rank: 36, seed: 65, scale: 1)
        let start = try FactorMatrix.initial(rows: 0..<300, rank: 36, seed: 66)
        let gramian = Gramian(of: items)
        #expect(Gramian(of: items, threads: 3) == gramian)
        func solve(_ rows: Range<Int>, threads: Int) throws -> FactorMatrix {
            try solveRows(
                block: block.block(of: rows), items: items, gramian: gramian, objective: SolveRowsTests.objectives[2],
                solver: solver, start: start.block(of: rows), threads: threads)
        }
        let whole = try solve(0..<300, threads: 1)
        #expect(try solve(0..<300, threads: 4).serialized() == whole.serialized())
        let parts = try [0..<7, 7..<200, 200..<300].map { try solve($0, threads: 2) }
        #expect(try FactorMatrix(joining: parts).serialized() == whole.serialized())
    }

    @Test("three steps a half-iteration lower the objective nearly as far as exact solves", arguments: [1, 3])
    func training(threads: Int) throws {
        let train = try PlantedTastes(users: 120, items: 90, seed: 67).train
        let objective = SolveRowsTests.objectives[1]
        func value(_ solver: RowSolver) throws -> Double {
            let model = try trainImplicitALS(
                train, options: ALSOptions(rank: 12, iterations: 8, seed: 1, solver: solver), objective: objective,
                threads: threads)
            return try objective.value(interactions: train, users: model.users, items: model.items)
        }
        let exact = try value(.cholesky)
        #expect(try value(.conjugateGradient(steps: 3)) < 1.02 * exact)
        #expect(try value(.subspace(size: 16)) < 1.02 * exact)
    }

    @Test("training stops where the caller says, with that iteration's model")
    func earlyStop() throws {
        let train = try PlantedTastes(users: 60, items: 50, seed: 68).train
        let objective = SolveRowsTests.objectives[0]
        var seen: [Int] = []
        let stopped = try trainImplicitALS(train, options: ALSOptions(rank: 6, iterations: 9), objective: objective) {
            iteration, _ in
            seen.append(iteration)
            return iteration < 3
        }
        #expect(seen == [1, 2, 3])
        #expect(
            try stopped
                == trainImplicitALS(train, options: ALSOptions(rank: 6, iterations: 3), objective: objective))
    }

    @Test("starts, steps and threads that do not fit are refused")
    func refused() throws {
        let items = try FactorMatrix(values: [1, 2, 3, 4], rank: 2)
        let block = try InteractionBlock(columnCount: 2, rowOffsets: [0, 1], columns: [0], values: [1])
        func solve(_ solver: RowSolver, start: FactorMatrix? = nil, threads: Int = 1) throws {
            _ = try solveRows(
                block: block, items: items, gramian: Gramian(of: items), objective: SolveRowsTests.objectives[0],
                solver: solver, start: start, threads: threads)
        }
        #expect(throws: FactorizationError.self) { try solve(.conjugateGradient(steps: 0)) }
        #expect(throws: FactorizationError.self) { try solve(.subspace(size: 0)) }
        #expect(throws: FactorizationError.self) { try solve(.cholesky, threads: 0) }
        #expect(throws: FactorizationError.self) { try solve(.conjugateGradient(steps: 3), start: items) }
        let singular = ImplicitObjective(
            regularization: 0, frequencyExponent: 0, unobservedWeight: 1, confidence: .proportional(alpha: 0.1))
        let nothing = try Gramian(of: FactorMatrix(values: [0, 0], rank: 2))
        #expect(throws: FactorizationError.notPositiveDefinite(row: 0)) {
            try solveRows(
                block: block, items: items, gramian: nothing, objective: singular,
                solver: .conjugateGradient(steps: 3))
        }
    }
}
