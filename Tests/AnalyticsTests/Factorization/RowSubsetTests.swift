import Analytics
import Testing

@Suite("The rows that a block needs")
struct RowSubsetTests {
    private func block(columns: [[Int32]], count: Int) throws -> InteractionBlock {
        let interactions = columns.enumerated().flatMap { row, columns in
            columns.map { Interaction(row: Int32(row), column: $0, value: Float($0 % 3 + 1)) }
        }
        return try InteractionBlock(interactions, rows: columns.count, columnCount: count)
    }

    @Test("it has the columns that occur, each once, ascending")
    func rows() throws {
        let subset = RowSubset(columnsOf: try block(columns: [[130, 0], [], [63, 64, 0]], count: 131))
        #expect(subset.rows == [0, 63, 64, 130])
        #expect(subset.count == 4 && subset.total == 131)
        #expect(subset.contains(64) && !subset.contains(65))
        #expect(RowSubset(columnsOf: try block(columns: [[]], count: 0)).rows.isEmpty)
    }

    @Test("runs are of neighbours, or join small gaps, and can be cut to a range")
    func runs() throws {
        let subset = RowSubset(columnsOf: try block(columns: [[1, 2, 5, 9, 10, 20]], count: 30))
        #expect(subset.runs() == [1..<3, 5..<6, 9..<11, 20..<21])
        #expect(subset.runs(joiningGapsUpTo: 2) == [1..<6, 9..<11, 20..<21])
        #expect(subset.runs(joiningGapsUpTo: 9) == [1..<21])
        #expect(subset.runs(in: 2..<10) == [2..<3, 5..<6, 9..<10])
        #expect(subset.runs(in: 11..<20).isEmpty)
    }

    @Test("joined it has what one of them has")
    func joining() throws {
        let parts = [
            RowSubset(columnsOf: try block(columns: [[1, 70]], count: 100)),
            RowSubset(columnsOf: try block(columns: [[2, 70]], count: 100)),
        ]
        #expect(try RowSubset(joining: parts).rows == [1, 2, 70])
        #expect(throws: FactorizationError.self) {
            try RowSubset(joining: parts + [RowSubset(columnsOf: try block(columns: [[1]], count: 99))])
        }
        #expect(throws: FactorizationError.self) { try RowSubset(joining: []) }
    }

    @Test("it comes back from its bytes, and damaged ones are refused")
    func bytes() throws {
        let subset = RowSubset(columnsOf: try block(columns: [[1, 70, 99]], count: 100))
        let bytes = subset.serialized()
        #expect(try RowSubset(serialized: bytes) == subset)
        for length in 0..<bytes.count {
            #expect(throws: SerializationError.self) { try RowSubset(serialized: Array(bytes[..<length])) }
        }
        var beyond = bytes
        beyond[beyond.count - 1] = 0x80
        #expect(throws: SerializationError.self) { try RowSubset(serialized: beyond) }
    }

    @Test("solving from the needed rows alone gives the bytes of solving from all", arguments: [3, 16, 40])
    func solving(rank: Int) throws {
        var generator = SeededGenerator(seed: 71)
        // Every third column is touched by nobody.
        let dense = try randomInteractions(rows: 60, columns: 200, density: 0.05, using: &generator)
        let whole = try InteractionBlock(
            columnCount: 300, rowOffsets: dense.rowOffsets, columns: dense.columns.map { $0 * 3 / 2 },
            values: dense.values)
        let items = try FactorMatrix.initial(rows: 0..<300, rank: rank, seed: 72, scale: 1)
        let gramian = Gramian(of: items)
        let subset = RowSubset(columnsOf: whole)
        #expect(subset.count <= 200)
        let few = try FactorMatrix(values: subset.rows.flatMap { Array(items[$0]) }, rank: rank)
        for objective in SolveRowsTests.objectives {
            let expected = try solveRows(block: whole, items: items, gramian: gramian, objective: objective)
            let found = try solveRows(
                block: try whole.renumbered(by: subset), items: few, gramian: gramian, objective: objective)
            #expect(found == expected)
        }
        let smaller = RowSubset(columnsOf: whole.block(of: 10..<12))
        #expect(throws: FactorizationError.self) { try whole.renumbered(by: smaller) }
    }
}
