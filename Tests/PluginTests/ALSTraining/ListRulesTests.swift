import Analytics
import Foundation
import Testing

@testable import ALSTraining

@Suite("Rules of lists")
struct ListRulesTests {
    /// Twelve items: even ones point one way and are category 0, odd ones another and are category 1; item 11 is out of
    /// stock. Item i is i days old and has 20 − i customers.
    private func rules(_ change: (inout TrainingArguments) -> Void) throws -> ListRules {
        var arguments = TrainingArguments()
        arguments.topN = 4
        change(&arguments)
        let now = Date(timeIntervalSince1970: 1_000_000)
        let ids = ModelIDs(
            customers: Array(1...20), items: Array(100..<112), itemCustomers: (0..<12).map { 20 - $0 },
            seenAt: (0..<12).map { now.addingTimeInterval(-86_400 * Double($0)) }, dataTo: now)
        return ListRules(
            arguments: arguments,
            catalogue: Catalogue(
                ids, isRecommendable: (0..<12).map { $0 != 11 }, categories: (0..<12).map { $0 % 2 == 0 ? "a" : "b" }),
            items: try FactorMatrix(values: (0..<12).flatMap { $0 % 2 == 0 ? [1, Float(0)] : [0, 1] }, rank: 2))
    }

    /// Items with falling scores 10, 9, ….
    private func candidates(_ items: [Int32]) -> [ScoredItem] {
        items.enumerated().map { ScoredItem(item: $1, score: Float(10 - $0)) }
    }

    @Test("without rules a list is the best candidates, filled up by what is popular and allowed")
    func filling() throws {
        let rules = try rules { _ in }
        #expect(rules.candidates == 4)
        let whole = try rules.list(from: candidates([8, 6, 4, 2]), customer: 1) { _ in true }
        #expect(whole.map(\.entry) == candidates([8, 6, 4, 2]))
        #expect(whole.allSatisfy { $0.origin == .model })
        let short = try rules.list(from: candidates([8]), customer: 1) { $0 != 0 }
        #expect(short.map(\.entry.item) == [8, 1, 2, 3])
        #expect(short.map(\.origin) == [.model, .popular, .popular, .popular])
        #expect(short.map(\.entry.score).dropFirst() == [0.95, 0.9, 0.85])
        #expect(try rules.list(from: [], customer: 1) { _ in false }.isEmpty)
    }

    @Test("no category has more than its cap, not even among what fills the list up")
    func cap() throws {
        let rules = try rules { $0.categoryCap = 2 }
        #expect(rules.candidates == 20)
        let list = try rules.list(from: candidates([0, 2, 4, 6, 8, 1]), customer: 1) { _ in true }
        #expect(list.map(\.entry.item) == [0, 2, 1, 3])
        #expect(list.map(\.origin) == [.model, .model, .model, .popular])
    }

    @Test("diversity takes items unlike those before them")
    func diversity() throws {
        let rules = try rules { $0.diversity = 0.7 }
        let list = try rules.list(from: candidates([0, 2, 4, 6, 8, 1, 3]), customer: 1) { _ in true }
        #expect(list.map(\.entry.item).prefix(2) == [0, 1])
        #expect(list[1].entry.score == 5, "an item keeps the model's score")
    }

    @Test("new items are lifted, and keep the model's score")
    func freshness() throws {
        let rules = try rules {
            $0.freshness = 1
            $0.freshnessHalfLifeDays = 1
        }
        let list = try rules.list(from: candidates([10, 8, 6, 0]), customer: 1) { _ in true }
        #expect(list.map(\.entry.item) == [10, 0, 8, 6])
        #expect(list[1].entry.score == 7)
    }

    @Test("exploration draws items that are allowed and in stock, by the customer, and never the first place")
    func exploration() throws {
        let rules = try rules { $0.exploration = 0.5 }
        var drawn = Set<Int32>()
        for customer in 1...60 {
            let list = try rules.list(from: candidates([8, 6, 4, 2]), customer: Int32(customer)) { $0 != 3 }
            #expect(list[0].entry.item == 8 && list[0].origin == .model)
            let explored = list.filter { $0.origin == .explored }.map(\.entry.item)
            #expect(explored.count == 2)
            #expect(Set(list.map(\.entry.item)).count == 4)
            #expect(!explored.contains(3) && !explored.contains(11))
            drawn.formUnion(explored)
            let again = try rules.list(from: candidates([8, 6, 4, 2]), customer: Int32(customer)) { $0 != 3 }
            #expect(again.map(\.entry) == list.map(\.entry))
        }
        #expect(drawn.count > 5)
    }

    @Test("who has no history gets popular items in stock by the same rules")
    func coldStart() throws {
        let plain = try rules { _ in }.popular(count: 8)
        #expect(plain.map(\.item) == [0, 1, 2, 3, 4, 5, 6, 7])
        #expect(plain.map(\.score).prefix(2) == [1, 0.95])
        #expect(try rules { _ in }.popular(count: 50).count == 11)
        let capped = try rules { $0.categoryCap = 1 }.popular(count: 8)
        #expect(capped.map(\.item) == [0, 1])
    }
}
