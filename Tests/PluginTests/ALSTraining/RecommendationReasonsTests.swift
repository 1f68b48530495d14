import Analytics
import Postgres
import Testing

@testable import ALSTraining

@Suite("Reasons and measures")
struct RecommendationReasonsTests {
    /// Two tastes: items 0 to 3 are bought together, and items 4 to 7.
    private func explanation(of target: Int32, past: [Int32]) throws -> ScoreExplanation {
        let rows = (0..<40).flatMap { row in
            (0..<4).filter { $0 != row % 3 }.map { item in
                Interaction(row: Int32(row), column: Int32(row % 2 * 4 + item), value: 1)
            }
        }
        let matrix = try InteractionBlock(rows, rows: 40, columnCount: 8)
        let objective = TrainingArguments().objective
        let model = try trainImplicitALS(matrix, rank: 4, iterations: 10, objective: objective, seed: 3)
        return try explainScores(
            columns: past[...], values: past.map { _ in Float(1) }[...], targets: [target], items: model.items,
            gramian: Gramian(of: model.items), objective: objective)[0]
    }

    @Test("at most three past items are named, the strongest first, and never the item itself")
    func strongest() throws {
        let past: [Int32] = [0, 1, 2, 3, 5]
        let explanation = try explanation(of: 3, past: past)
        let reasons = RecommendationReasons(explanation, past: past[...]).reasons
        let contributions = Dictionary(uniqueKeysWithValues: zip(past, explanation.contributions))
        #expect(!reasons.isEmpty && reasons.count <= 3)
        #expect(!reasons.contains { $0.item == 3 })
        #expect(reasons.map(\.share) == reasons.map(\.share).sorted(by: >))
        #expect(reasons.allSatisfy { $0.share > 0 && $0.share <= 1 && (contributions[$0.item] ?? 0) > 0 })
        #expect(reasons.first.map { [0, 1, 2].contains($0.item) } == true)
    }

    @Test("reasons are written with the items' ids")
    func json() throws {
        let explanation = try explanation(of: 0, past: [1])
        let reasons = RecommendationReasons(explanation, past: [1][...])
        #expect(reasons.reasons == [.init(item: 1, share: 1)])
        #expect(reasons.json(itemIDs: [50, 60, 70]).text == #"[{"item_id":60,"share":1.0}]"#)
    }

    @Test("measures are the same in whatever order the shards report")
    func order() throws {
        let lists = try RankedListsSample.lists
        let tallies = try (0..<7).map { block in
            try #require(
                try RankingTally(
                    block: block, als: lists, popular: lists, heldOut: RankedListsSample.heldOut(block), at: 3))
        }
        let forwards = try #require(HoldoutMetrics(tallies, k: 3))
        #expect(HoldoutMetrics(tallies.reversed(), k: 3) == forwards)
        #expect(forwards.customers == 14)
        #expect(HoldoutMetrics([], k: 3) == nil)
    }

    @Test("hit rate, NDCG and recall are means over the customers with something held out")
    func means() throws {
        let heldOut = try InteractionBlock(
            [Interaction(row: 0, column: 2, value: 1), Interaction(row: 1, column: 5, value: 1)], rows: 2,
            columnCount: 6)
        let tally = try #require(
            try RankingTally(
                block: 0, als: try RankedListsSample.lists, popular: try RankedListsSample.lists, heldOut: heldOut,
                at: 3))
        let metrics = try #require(HoldoutMetrics([tally], k: 3))
        // The first list has item 2 in second place; the second has no item 5.
        #expect(metrics.als.hitRate == 0.5)
        #expect(metrics.als.recall == 0.5)
        #expect(abs(metrics.als.ndcg - 0.5 * 0.6309297535714575) < 1e-12)
    }
}

/// Two lists of three items.
private enum RankedListsSample {
    static var lists: RankedLists {
        get throws {
            try topItems(
                users: try FactorMatrix(values: [1, 0, 0, 1], rank: 2),
                items: try FactorMatrix(values: [0, 9, 9, 8, 8, 7, 7, 6, 6, 5, 0, 0], rank: 2), count: 3)
        }
    }

    static func heldOut(_ block: Int) throws -> InteractionBlock {
        try InteractionBlock(
            [
                Interaction(row: 0, column: Int32(block % 6), value: 1),
                Interaction(row: 0, column: Int32((block + 2) % 6), value: 1),
                Interaction(row: 1, column: Int32((block + 1) % 6), value: 1),
            ], rows: 2, columnCount: 6)
    }
}
