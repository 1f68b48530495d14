import Analytics
import Testing

@Suite("EASE")
struct EASETests {
    /// (RᵀR + λI)⁻¹ by Gauss and Jordan.
    private func inverse(_ block: InteractionBlock, lambda: Double) -> [[Double]] {
        let n = block.columnCount
        var a = (0..<n).map { i in (0..<2 * n).map { $0 == i ? lambda : ($0 == n + i ? 1.0 : 0) } }
        for row in 0..<block.rows {
            for i in block.columns(ofRow: row) { for j in block.columns(ofRow: row) { a[Int(i)][Int(j)] += 1 } }
        }
        for k in 0..<n {
            let pivot = a[k][k]
            for j in 0..<2 * n { a[k][j] /= pivot }
            for i in 0..<n where i != k {
                let factor = a[i][k]
                for j in 0..<2 * n { a[i][j] -= factor * a[k][j] }
            }
        }
        return a.map { Array($0[n...]) }
    }

    @Test("weights agree with the dense inverse, for sizes around the blocks", arguments: [5, 63, 64, 150], [1, 2])
    func reference(items: Int, threads: Int) throws {
        var generator = SeededGenerator(seed: 51)
        let block = try randomInteractions(rows: 80, columns: items, density: 0.1, using: &generator)
        let model = try EASE(block, regularization: 3, threads: threads)
        let p = inverse(block, lambda: 3)
        for i in 0..<items {
            for j in 0..<items {
                let expected = i == j ? 0 : -p[i][j] / p[j][j]
                #expect(abs(Double(model.weights[i * items + j]) - expected) < 1e-6)
            }
        }
        let scores = model.scores(rows: 2..<3, of: block)
        let expected = block.columns(ofRow: 2).reduce(0.0) { $0 + Double(model.weights[Int($1) * items + 1]) }
        #expect(abs(Double(scores[1]) - expected) < 1e-5)
    }

    @Test("too many items and a λ out of range are refused")
    func refused() throws {
        let block = try InteractionBlock(columnCount: 3, rowOffsets: [0, 1], columns: [0], values: [1])
        #expect(throws: FactorizationError.self) { try EASE(block, regularization: 1, itemLimit: 2) }
        for bad in [0, -1, Double.nan, .infinity] {
            #expect(throws: FactorizationError.self) { try EASE(block, regularization: bad) }
        }
    }
}
