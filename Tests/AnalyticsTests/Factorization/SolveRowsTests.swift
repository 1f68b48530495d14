import Analytics
import Testing

@Suite("ALS row solver")
struct SolveRowsTests {
    static let objectives = [
        ImplicitObjective(regularization: 0.01, frequencyExponent: 1, unobservedWeight: 0.1),
        ImplicitObjective(
            regularization: 0.1, frequencyExponent: 0, unobservedWeight: 1, confidence: .linear(alpha: 4)),
        ImplicitObjective(
            regularization: 0.2, frequencyExponent: 0.5, unobservedWeight: 0.3, confidence: .logarithmic(alpha: 2)),
        ImplicitObjective(
            regularization: 0.5, frequencyExponent: 0.25, unobservedWeight: 1, confidence: .proportional(alpha: 5)),
    ]

    @Test("rows agree with dense double-precision solves to 1e-5", arguments: objectives, [1, 3, 8, 12, 33])
    func reference(objective: ImplicitObjective, rank: Int) throws {
        var generator = SeededGenerator(seed: 31)
        // 150 columns: the full row needs more than two chunks of gathered interactions.
        let block = try randomInteractions(rows: 20, columns: 150, density: 0.1, using: &generator)
        let items = try FactorMatrix.initial(rows: 0..<150, rank: rank, seed: 32, scale: 1)
        let found = try solveRows(block: block, items: items, gramian: Gramian(of: items), objective: objective)
        let dense = DenseReference(items: items, objective: objective)
        for row in 0..<block.rows {
            let columns = block.columns(ofRow: row)
            let lambda = objective.regularization(observed: columns.count, others: 150)
            let expected = dense.solve(columns: columns, values: block.values(ofRow: row), lambda: lambda)
            let size = expected.map(abs).max() ?? 0
            for (a, b) in zip(found[row], expected) { #expect(abs(Double(a) - b) <= 1e-5 * size) }
        }
        #expect(found[0].allSatisfy { $0 == 0 }, "a row without interactions gets zeros")
    }

    @Test("badly conditioned rows are still right to 1e-5")
    func illConditioned() throws {
        // Items that nearly agree, under a small λ: the refinement has to earn its keep.
        var generator = SeededGenerator(seed: 33)
        let common = (0..<16).map { _ in generator.normal() }
        let values = (0..<80).flatMap { _ in common.map { Float($0 + 0.03 * generator.normal()) } }
        let items = try FactorMatrix(values: values, rank: 16)
        let block = try randomInteractions(rows: 12, columns: 80, density: 0.3, using: &generator)
        let objective = ImplicitObjective(regularization: 0.001, frequencyExponent: 0, unobservedWeight: 0.1)
        let found = try solveRows(block: block, items: items, gramian: Gramian(of: items), objective: objective)
        let dense = DenseReference(items: items, objective: objective)
        for row in 1..<block.rows {
            let expected = dense.solve(
                columns: block.columns(ofRow: row), values: block.values(ofRow: row), lambda: 0.001)
            let size = expected.map(abs).max() ?? 0
            for (a, b) in zip(found[row], expected) { #expect(abs(Double(a) - b) <= 1e-5 * size) }
        }
    }

    @Test("any cut of the rows gives the same bytes", arguments: [2, 3, 8])
    func sharding(shards: Int) throws {
        var generator = SeededGenerator(seed: 34)
        let block = try randomInteractions(rows: 300, columns: 90, density: 0.1, using: &generator)
        let items = try FactorMatrix.initial(rows: 0..<90, rank: 20, seed: 35, scale: 1)
        let gramian = Gramian(of: items)
        let whole = try solveRows(block: block, items: items, gramian: gramian, objective: Self.objectives[0])
        let parts = try RowBlocks(rows: 300).shards(shards).map {
            try solveRows(block: block.block(of: $0), items: items, gramian: gramian, objective: Self.objectives[0])
        }
        #expect(parts.count == shards)
        #expect(try FactorMatrix(joining: parts).serialized() == whole.serialized())
    }

    @Test("a row that cannot be solved is named by its place in the whole matrix")
    func notPositiveDefinite() throws {
        let items = try FactorMatrix(values: [1, 0, 1, 0], rank: 2)
        let block = try InteractionBlock(
            firstRow: 40, columnCount: 2, rowOffsets: [0, 0, 1], columns: [1], values: [1])
        let objective = ImplicitObjective(regularization: 0, frequencyExponent: 0, unobservedWeight: 1)
        #expect(throws: FactorizationError.notPositiveDefinite(row: 41)) {
            try solveRows(block: block, items: items, gramian: Gramian(of: items), objective: objective)
        }
    }

    @Test("factors that overflow are an error, not infinity in a table")
    func overflow() throws {
        let items = try FactorMatrix(values: [1], rank: 1)
        let empty = try Gramian(of: FactorMatrix(values: [0], rank: 1))
        let block = try InteractionBlock(columnCount: 1, rowOffsets: [0, 1], columns: [0], values: [1])
        let objective = ImplicitObjective(
            regularization: 1e-20, frequencyExponent: 0, unobservedWeight: 1e30, confidence: .linear(alpha: 0))
        #expect(throws: FactorizationError.notFinite(row: 0)) {
            try solveRows(block: block, items: items, gramian: empty, objective: objective)
        }
    }

    @Test("sizes and settings that do not fit are refused")
    func mismatches() throws {
        let items = try FactorMatrix(values: [1, 2, 3, 4], rank: 2)
        let other = try FactorMatrix(values: [1, 2, 3], rank: 3)
        let block = try InteractionBlock(columnCount: 3, rowOffsets: [0, 1], columns: [0], values: [1])
        let fitting = try InteractionBlock(columnCount: 2, rowOffsets: [0, 1], columns: [0], values: [1])
        #expect(throws: FactorizationError.self) {
            try solveRows(block: block, items: items, gramian: Gramian(of: items), objective: Self.objectives[0])
        }
        #expect(throws: FactorizationError.self) {
            try solveRows(block: fitting, items: items, gramian: Gramian(of: other), objective: Self.objectives[0])
        }
        for lambda in [-1, .nan, .infinity] {
            var objective = Self.objectives[0]
            objective.regularization = lambda
            #expect(throws: FactorizationError.self) {
                try solveRows(block: fitting, items: items, gramian: Gramian(of: items), objective: objective)
            }
        }
    }

    @Test("one user with all items, and more factors than data, are solved")
    func extremes() throws {
        let items = try FactorMatrix.initial(rows: 0..<5, rank: 64, seed: 36)
        let block = try InteractionBlock(
            columnCount: 5, rowOffsets: [0, 5], columns: [0, 1, 2, 3, 4], values: [1, 1, 1, 1, 1])
        let found = try solveRows(
            block: block, items: items, gramian: Gramian(of: items), objective: Self.objectives[0])
        #expect(found.rows == 1 && found.values.contains { $0 != 0 })
    }
}
