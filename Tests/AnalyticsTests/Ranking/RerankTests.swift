import Analytics
import Testing

@Suite("Re-ranking")
struct RerankTests {
    private let list = (0..<6).map { ScoredItem(item: Int32($0), score: Float(10 - $0)) }

    @Test("a mask knows what is out of stock and what is allowed")
    func mask() {
        #expect(recommendableItems(count: 4, outOfStock: [1, 9, -1]) == [true, false, true, true])
        #expect(recommendableItems(count: 4, outOfStock: [1], allowed: [1, 2, 7]) == [false, false, true, false])
        #expect(recommendableItems(count: 2, allowed: []) == [false, false])
    }

    @Test("a brand-new item rises to the head, an old one stays")
    func freshness() throws {
        let ages: [Int32: Double] = [5: 0, 4: 1000, 0: 1000]
        let boosted = try list.boostingFreshness(weight: 1, halfLife: 7) { ages[$0] }
        #expect(boosted.prefix(2).map(\.item) == [0, 5] && boosted[1].score == 10)
        let half = try list.boostingFreshness(weight: 1, halfLife: 7) { $0 == 5 ? 7 : nil }
        #expect(abs((half.first { $0.item == 5 }?.score ?? 0) - 7.5) < 1e-5)
        #expect(try list.boostingFreshness(weight: 0, halfLife: 7) { ages[$0] } == list)
        #expect(try [ScoredItem]().boostingFreshness(weight: 1, halfLife: 7) { _ in 0 }.isEmpty)
    }

    @Test("no category has more than its share; items without one are free")
    func caps() {
        let kept = list.capped(perCategory: 1, count: 4) { $0 < 3 ? 7 : ($0 == 5 ? nil : 8) }
        #expect(kept.map(\.item) == [0, 3, 5])
        #expect(list.capped(perCategory: 9, count: 4) { _ in 1 }.count == 4)
    }

    @Test("exploration takes the asked share of places, never the first, and never repeats an item")
    func exploration() throws {
        let pool: [Int32] = [2, 100, 101, 102, 103]
        let explored = try list.exploring(share: 0.5, pool: pool, seed: 1, row: 3)
        #expect(explored.count == 6 && explored[0] == list[0])
        let fresh = explored.filter { $0.item >= 100 }
        #expect(fresh.count == 3 && Set(explored.map(\.item)).count == 6)
        #expect(try explored == list.exploring(share: 0.5, pool: pool, seed: 1, row: 3))
        #expect(try (0..<20).contains { try list.exploring(share: 0.5, pool: pool, seed: 1, row: $0) != explored })
        #expect(try list.exploring(share: 0.1, pool: pool, seed: 1, row: 0) == list)
        #expect(try list.exploring(share: 1, pool: [2], seed: 1, row: 0) == list)
    }

    @Test("a short list is filled up in the fall-back's order with scores that do not rise")
    func fallback() {
        let popular = [3, 1, 8, 9].map { ScoredItem(item: $0, score: 50) }
        let filled = Array(list.prefix(2)).filled(from: popular, count: 4) { $0 != 8 }
        #expect(filled.map(\.item) == [0, 1, 3, 9] && filled.map(\.score) == [10, 9, 9, 9])
        #expect([ScoredItem]().filled(from: popular, count: 2).map(\.score) == [50, 50])
    }

    @Test("maximal marginal relevance agrees with choosing by the definition", arguments: [0, 0.3, 0.7, 1])
    func diversity(lambda: Double) throws {
        let factors = try FactorMatrix.initial(rows: 0..<40, rank: 3, seed: 5, scale: 1)
        let candidates = (0..<40).map { ScoredItem(item: Int32($0), score: Float(40 - $0)) }
        func cosine(_ a: Int32, _ b: Int32) -> Double {
            func dot(_ x: Int32, _ y: Int32) -> Double {
                zip(factors[Int(x)], factors[Int(y)]).reduce(0) { $0 + Double($1.0) * Double($1.1) }
            }
            return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
        }
        var expected: [Int32] = []
        while expected.count < 10 {
            func value(_ entry: ScoredItem) -> Double {
                let nearest = expected.map { cosine($0, entry.item) }.max() ?? 0
                return lambda * Double(entry.score - 1) / 39 - (1 - lambda) * nearest
            }
            let left = candidates.filter { !expected.contains($0.item) }
            expected.append(left.max { value($0) < value($1) || (value($0) == value($1) && $0.item > $1.item) }!.item)
        }
        let found = try candidates.diversified(count: 10, relevance: lambda, factors: factors)
        #expect(found.map(\.item) == expected)
        #expect(try candidates.diversified(count: 99, relevance: lambda, factors: factors).count == 40)
    }

    @Test("diversity refuses strange items and a relevance out of range")
    func refused() throws {
        let factors = try FactorMatrix(values: [0, 0], rank: 2)
        #expect(try [list[0]].diversified(count: 1, relevance: 0.5, factors: factors) == [list[0]])
        #expect(throws: RankingError.self) { try list.diversified(count: 1, relevance: 0.5, factors: factors) }
        #expect(throws: RankingError.self) { try [list[0]].diversified(count: 1, relevance: 2, factors: factors) }
        #expect(throws: RankingError.self) { try [list[0]].diversified(count: 0, relevance: 1, factors: factors) }
    }

    @Test("lists go in and out as they are")
    func lists() {
        let lists = RankedLists([list, [], [list[3]]])
        #expect(lists.list(ofRow: 0) == list && lists.list(ofRow: 1).isEmpty)
        #expect(lists.mapLists { row, list in row == 0 ? [] : list }.items == [3])
    }
}
