import Analytics
import Testing

@Suite("Interaction blocks")
struct InteractionBlockTests {
    @Test("interactions are sorted and repeated ones added up")
    func build() throws {
        let block = try InteractionBlock(
            [
                Interaction(row: 12, column: 3, value: 1), Interaction(row: 10, column: 2, value: 2),
                Interaction(row: 12, column: 0, value: 4), Interaction(row: 12, column: 3, value: 0.5),
            ], firstRow: 10, rows: 4, columnCount: 5)
        #expect(block.rowOffsets == [0, 1, 1, 3, 3])
        #expect(block.columns == [2, 0, 3])
        #expect(block.values == [2, 4, 1.5])
        #expect(block.block(of: 2..<4).firstRow == 12 && block.block(of: 2..<4).columns == [0, 3])
    }

    @Test("transposing twice gives the same block")
    func transposed() throws {
        var generator = SeededGenerator(seed: 51)
        let block = try randomInteractions(rows: 40, columns: 30, density: 0.2, using: &generator)
        let transposed = block.transposed()
        #expect(transposed.rows == 30 && transposed.columnCount == 40)
        #expect(transposed.transposed() == block)
        for column in 0..<30 {
            let rows = (0..<40).filter { block.columns(ofRow: $0).contains(Int32(column)) }
            #expect(transposed.columns(ofRow: column).map(Int.init) == rows)
        }
    }

    @Test("every broken rule is refused")
    func broken() {
        let cases: [(offsets: [Int], columns: [Int32], values: [Float])] = [
            ([], [], []), ([1], [0], [1]), ([0, 1], [], []), ([0, 2], [0, 1], [1]), ([0, 2, 1, 2], [0, 1], [1, 1]),
            ([0, 3, 2], [0, 1], [1, 1]), ([0, 2], [1, 0], [1, 1]), ([0, 2], [1, 1], [1, 1]), ([0, 1], [3], [1]),
            ([0, 1], [-1], [1]), ([0, 1], [0], [0]), ([0, 1], [0], [-1]), ([0, 1], [0], [.nan]),
            ([0, 1], [0], [.infinity]),
        ]
        for bad in cases {
            #expect(throws: FactorizationError.self, "\(bad)") {
                try InteractionBlock(columnCount: 3, rowOffsets: bad.offsets, columns: bad.columns, values: bad.values)
            }
        }
        #expect(throws: FactorizationError.self) {
            try InteractionBlock([Interaction(row: 5, column: 0, value: 1)], rows: 5, columnCount: 3)
        }
    }
}
