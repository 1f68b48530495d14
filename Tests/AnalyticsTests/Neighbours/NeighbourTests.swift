import Analytics
import Foundation
import Testing

@Suite("Neighbours")
struct NeighbourTests {
    private func interactions() throws -> InteractionBlock {
        var generator = SeededGenerator(seed: 41)
        return try randomInteractions(rows: 40, columns: 25, density: 0.2, using: &generator)
    }

    private func dense(_ block: InteractionBlock) -> [[Double]] {
        (0..<block.rows).map { row in
            var line = [Double](repeating: 0, count: block.columnCount)
            for (column, value) in zip(block.columns(ofRow: row), block.values(ofRow: row)) {
                line[Int(column)] = Double(value)
            }
            return line
        }
    }

    @Test("cosines agree with dense ones, and only the nearest are kept", arguments: [1, 3])
    func cosine(threads: Int) throws {
        let block = try interactions()
        let r = dense(block)
        let model = try ItemNeighbours(
            block, weighting: .cosine(shrinkage: 2, powerOfUsers: 0.5), neighbours: 6, usesValues: true,
            threads: threads)
        let sizes = r.map { $0.count { $0 > 0 } }
        for i in 0..<25 {
            let norm = { (j: Int) in (0..<40).reduce(0.0) { $0 + r[$1][j] * r[$1][j] }.squareRoot() }
            var all: [(Int, Double)] = []
            for j in 0..<25 where j != i {
                let product = (0..<40).reduce(0.0) { sum, u in
                    sizes[u] == 0 ? sum : sum + r[u][i] * r[u][j] / pow(Double(sizes[u]), 0.5)
                }
                if product > 0 { all.append((j, product / (norm(i) * norm(j) + 2))) }
            }
            let kept = model.similarities.values(ofRow: i)
            let best = all.sorted { $0.1 > $1.1 }.prefix(6)
            #expect(kept.count == best.count)
            for (column, value) in zip(model.similarities.columns(ofRow: i), kept) {
                let expected = all.first { $0.0 == Int(column) }?.1 ?? 0
                #expect(abs(Double(value) - expected) < 1e-5 && Double(value) > (best.last?.1 ?? 0) - 1e-5)
            }
        }
        let scores = model.scores(rows: 3..<5, of: block)
        let expected = block.columns(ofRow: 4).enumerated().reduce(0.0) { sum, entry in
            let row = Int(entry.element)
            let place = model.similarities.columns(ofRow: row).firstIndex(of: 7)
            return sum
                + (place.map {
                    Double(model.similarities.values[$0] * block.values[block.rowOffsets[4] + entry.offset])
                } ?? 0)
        }
        #expect(abs(Double(scores[25 + 7]) - expected) < 1e-4)
    }

    @Test("BM25 and the normalised adjacency agree with their formulas")
    func weightings() throws {
        let block = try interactions()
        let r = dense(block)
        let users = (0..<40).map { u in Double(r[u].count { $0 > 0 }) }
        let items = (0..<25).map { i in Double((0..<40).count { r[$0][i] > 0 }) }
        let mean = Double(block.count) / 25
        let bm25 = try ItemNeighbours(block, weighting: .bm25(k1: 1.2, b: 0.75), neighbours: 25, usesValues: true)
        let graph = try ItemNeighbours(block, weighting: .normalizedAdjacency, neighbours: 25)
        func weight(_ u: Int, _ i: Int) -> Double {
            guard r[u][i] > 0 else { return 0 }
            let inverse = max(1e-6, log(25) - log(1 + users[u]))
            return inverse * r[u][i] * 2.2 / (1.2 * (0.25 + 0.75 * items[i] / mean) + r[u][i])
        }
        for (i, j) in [(0, 1), (5, 9), (24, 3)] {
            let found = { (model: ItemNeighbours) in
                zip(model.similarities.columns(ofRow: i), model.similarities.values(ofRow: i))
                    .first { Int($0.0) == j }.map { Double($0.1) } ?? 0
            }
            let expected = (0..<40).reduce(0.0) { $0 + weight($1, i) * weight($1, j) }
            #expect(abs(found(bm25) - expected) < 1e-4 * max(1, expected))
            let filtered = (0..<40).reduce(0.0) { sum, u in
                r[u][i] > 0 && r[u][j] > 0 ? sum + 1 / (users[u] * (items[i] * items[j]).squareRoot()) : sum
            }
            #expect(abs(found(graph) - filtered) < 1e-5)
        }
    }

    @Test("user neighbours score what similar users have")
    func users() throws {
        let block = try interactions()
        let model = try UserNeighbours(
            block, weighting: .cosine(shrinkage: 0, powerOfUsers: 0), neighbours: 5, threads: 2)
        let scores = model.scores(rows: 0..<40, of: block)
        for user in [2, 17] {
            var expected = [Double](repeating: 0, count: 25)
            for (other, value) in zip(model.similarities.columns(ofRow: user), model.similarities.values(ofRow: user)) {
                let both = block.columns(ofRow: user).filter { block.contains(row: Int(other), column: $0) }.count
                let sizes = Double(block.columns(ofRow: user).count * block.columns(ofRow: Int(other)).count)
                #expect(abs(Double(value) - Double(both) / sizes.squareRoot()) < 1e-6)
                for item in block.columns(ofRow: Int(other)) { expected[Int(item)] += Double(value) }
            }
            for item in 0..<25 { #expect(abs(Double(scores[user * 25 + item]) - expected[item]) < 1e-5) }
        }
    }

    @Test("settings out of range are refused, and an item of every basket has finite weights")
    func edges() throws {
        let block = try interactions()
        #expect(throws: FactorizationError.self) {
            try ItemNeighbours(block, weighting: .normalizedAdjacency, neighbours: 0)
        }
        #expect(throws: FactorizationError.self) {
            try ItemNeighbours(block, weighting: .bm25(k1: .nan, b: 0.5), neighbours: 3)
        }
        #expect(throws: FactorizationError.self) {
            try UserNeighbours(block, weighting: .cosine(shrinkage: -1, powerOfUsers: 0), neighbours: 3)
        }
        let everywhere = try InteractionBlock(
            columnCount: 2, rowOffsets: [0, 2, 3], columns: [0, 1, 0], values: [1, 1, 1])
        let model = try ItemNeighbours(everywhere, weighting: .bm25(k1: 1.2, b: 0.75), neighbours: 3)
        #expect(model.similarities.values.allSatisfy { $0.isFinite && $0 > 0 })
    }
}
