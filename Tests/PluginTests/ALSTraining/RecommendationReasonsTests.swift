import Analytics
import Postgres
import Testing

@testable import ALSTraining

@Suite("Reasons of recommendations")
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
        let model = try trainImplicitALS(
            matrix, options: ALSOptions(rank: 4, iterations: 10, seed: 3), objective: objective)
        return try explainScores(
            of: [ScoresToExplain(targets: [target], columns: past[...], values: past.map { _ in Float(1) }[...])],
            items: model.items, gramian: Gramian(of: model.items), objective: objective)[0][0]
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
}
