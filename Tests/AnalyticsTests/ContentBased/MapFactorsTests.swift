import Testing

@testable import Analytics

@Suite("Factors of new items by their content")
struct MapFactorsTests {
    private let known = [
        ItemContent(title: "red cup", category: "cups", price: 2),
        ItemContent(title: "blue cup", category: "cups", price: 3),
        ItemContent(title: "garden chair", category: "chairs", price: 40),
        ItemContent(title: "folding chair", category: "chairs", price: 50),
    ]
    private let factors: [Float] = [1, 0, 0.5, 0.25, 0, 1, 0, 3]

    @Test("a new item gets the mean of its nearest ones, weighted by their cosines")
    func weightedMean() throws {
        let items = try FactorMatrix(values: factors, rank: 2)
        let vectors = try ContentVectors(known + [ItemContent(title: "green cup", category: "cups", price: 2)])
        func cosine(_ a: Int, _ b: Int) -> Double {
            let other = Dictionary(
                uniqueKeysWithValues: zip(vectors.rows.columns(ofRow: b), vectors.rows.values(ofRow: b)))
            return zip(vectors.rows.columns(ofRow: a), vectors.rows.values(ofRow: a))
                .reduce(0) { $0 + Double($1.1 * (other[$1.0] ?? 0)) }
        }
        let mapped = try mapFactors(vectors, from: items, neighbours: 2)
        #expect(mapped.isMapped == [true])
        let (first, second) = (cosine(4, 0), cosine(4, 1))
        #expect(first > second && second > 0.5 && cosine(4, 2) < 0.1)
        for factor in 0..<2 {
            let mean =
                (first * Double(factors[factor]) + second * Double(factors[2 + factor])) / (first + second)
            #expect(abs(Double(mapped.factors[0][factor]) - mean) < 1e-6)
        }
        #expect(Array(try mapFactors(vectors, from: items, neighbours: 1).factors[0]) == [1, 0])
    }

    @Test("an item that resembles nothing is not mapped, new items do not take after each other")
    func unlike() throws {
        let items = try FactorMatrix(values: factors, rank: 2)
        let vectors = try ContentVectors(
            known + [
                ItemContent(title: "anvil"), ItemContent(title: ""), ItemContent(title: "anvil"),
                ItemContent(title: "folding chair", category: "chairs", price: 50),
            ])
        for threads in [1, 3] {
            let mapped = try mapFactors(vectors, from: items, neighbours: 1, threads: threads)
            #expect(mapped.isMapped == [false, false, false, true])
            #expect(mapped.factors.values == [0, 0, 0, 0, 0, 0, 0, 3])
        }
        #expect(try mapFactors(vectors, from: items, leastSimilarity: 1.1).isMapped == [false, false, false, false])
        let none = try mapFactors(try ContentVectors(known), from: items)
        #expect(none.factors.rows == 0 && none.isMapped.isEmpty)
        #expect(throws: RankingError.self) { try mapFactors(try ContentVectors([known[0]]), from: items) }
        #expect(throws: RankingError.self) { try mapFactors(vectors, from: items, neighbours: 0) }
    }
}
