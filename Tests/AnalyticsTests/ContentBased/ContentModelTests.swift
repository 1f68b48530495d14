import Analytics
import Foundation
import Testing

@Suite("Content-based recommendation")
struct ContentModelTests {
    /// Items of six themes with words and characters of their own and some that all share.
    private static func catalogue(_ count: Int, seed: UInt64) -> [ItemContent] {
        let themes = [
            ["cup", "mug", "saucer", "teapot"], ["shirt", "cotton", "sleeve", "collar"],
            ["lamp", "light", "bulb", "shade"],
            ["衬衫", "纯棉", "长袖", "男士"], ["茶杯", "陶瓷", "马克", "茶壶"], ["garden", "spade", "seeds", "hose"],
        ]
        let shared = ["red", "blue", "set", "of", "large", "新款"]
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { item in
            let theme = item % themes.count
            let words =
                (0..<3).map { _ in themes[theme][generator.integer(below: 4)] }
                + (0..<2).map { _ in shared[generator.integer(below: 6)] }
            return ItemContent(
                title: words.joined(separator: " "), category: theme < 3 ? "c\(theme)" : nil,
                brand: item % 4 == 0 ? "b\(theme)" : nil,
                price: item % 5 == 0 ? nil : Double(generator.integer(below: 90)))
        }
    }

    /// Users who have items of one theme, three each, all among the first half of the items.
    private static func history(users: Int, items: Int) throws -> InteractionBlock {
        var interactions: [Interaction] = []
        for user in 0..<users where user != 3 {
            for step in 0..<3 {
                let item = (user % 6 + 6 * (user / 6 * 7 + step * 5)) % (items / 2 / 6 * 6)
                interactions.append(Interaction(row: Int32(user), column: Int32(item), value: Float(1 + step)))
            }
        }
        return try InteractionBlock(interactions, rows: users, columnCount: items)
    }

    /// Dense vectors after the documented formula, by dictionaries and double precision.
    private func reference(_ items: [ItemContent], _ options: ContentOptions) -> [[String: Double]] {
        let prices = items.compactMap(\.price).sorted()
        let cuts = (1..<options.priceBands).map { prices[$0 * prices.count / options.priceBands] }
        let fields: [[[String]]] = items.map { item in
            [
                contentTerms(item.title).map { "t" + $0 }, item.category.map { ["c" + $0] } ?? [],
                item.brand.map { ["b" + $0] } ?? [],
                item.price.map { price in ["p\(cuts.filter { $0 <= price }.count)"] } ?? [],
            ]
        }
        var df: [String: Int] = [:]
        for item in fields { for term in Set(item.joined()) { df[term, default: 0] += 1 } }
        let weights = [options.titleWeight, options.categoryWeight, options.brandWeight, options.priceWeight]
        return fields.map { item in
            var vector: [String: Double] = [:]
            for (field, weight) in zip(item, weights) where !field.isEmpty {
                var part: [String: Double] = [:]
                for term in Set(field) {
                    let tf = Double(field.count { $0 == term })
                    part[term] = (1 + log(tf)) * (log(Double(1 + items.count) / Double(1 + df[term, default: 0])) + 1)
                }
                let length = part.values.map { $0 * $0 }.reduce(0, +).squareRoot()
                for (term, value) in part { vector[term] = value / length * weight.squareRoot() }
            }
            let length = vector.values.map { $0 * $0 }.reduce(0, +).squareRoot()
            return vector.mapValues { $0 / length }
        }
    }

    private func cosine(_ left: [String: Double], _ right: [String: Double]) -> Double {
        let product = left.reduce(0) { $0 + $1.value * right[$1.key, default: 0] }
        let norms = [left, right].map { $0.values.map { $0 * $0 }.reduce(0, +).squareRoot() }
        return norms[0] * norms[1] > 0 ? product / (norms[0] * norms[1]) : 0
    }

    @Test("scores are the cosines of an independent computation", arguments: [false, true])
    func scores(usesValues: Bool) throws {
        let items = Self.catalogue(120, seed: 5)
        let options = ContentOptions(brandWeight: 0.7, priceBands: 4)
        let history = try Self.history(users: 12, items: 120)
        let model = ContentModel(try ContentVectors(items, options: options), usesValues: usesValues)
        let scores = model.scores(rows: 0..<12, of: history)
        let vectors = reference(items, options)
        for user in 0..<12 {
            var profile: [String: Double] = [:]
            for (item, value) in zip(history.columns(ofRow: user), history.values(ofRow: user)) {
                for (term, weight) in vectors[Int(item)] {
                    profile[term, default: 0] += weight * (usesValues ? Double(value) : 1)
                }
            }
            for item in 0..<120 {
                #expect(abs(Double(scores[user * 120 + item]) - cosine(profile, vectors[item])) < 1e-5)
            }
        }
    }

    @Test("lists are the scores in order, the same for any number of threads and any order of the catalogue's terms")
    func lists() throws {
        let history = try Self.history(users: 150, items: 240)
        let model = ContentModel(try ContentVectors(Self.catalogue(240, seed: 8)))
        let lists = try model.topItems(rows: 0..<150, of: history, count: 10)
        #expect(try model.topItems(rows: 0..<150, of: history, count: 10, threads: 3) == lists)
        let part = try model.topItems(rows: 70..<150, of: history, count: 10, threads: 2)
        #expect(part.items(ofRow: 5) == lists.items(ofRow: 75))
        for user in [0, 64, 149] {
            let scores = model.scores(rows: user..<user + 1, of: history)
            let own = Set(history.columns(ofRow: user))
            let expected = (0..<Int32(240)).filter { !own.contains($0) && scores[Int($0)] > 0 }
                .sorted { (scores[Int($1)], $0) < (scores[Int($0)], $1) }.prefix(10)
            #expect(Array(lists.items(ofRow: user)) == Array(expected))
            #expect(Array(lists.scores(ofRow: user)) == expected.map { scores[Int($0)] })
        }
    }

    @Test("items that nobody has bought reach those who like their kind")
    func newItems() throws {
        let history = try Self.history(users: 90, items: 240)
        let isNew = ContentModel.itemsNobodyHas(in: history)
        #expect(isNew[120...].allSatisfy { $0 })
        let model = ContentModel(try ContentVectors(Self.catalogue(240, seed: 8)))
        let lists = try model.topItems(rows: 0..<90, of: history, count: 5, recommendable: isNew)
        var ofTheme = 0
        for user in 0..<90 where user != 3 {
            #expect(lists.items(ofRow: user).count == 5)
            #expect(lists.items(ofRow: user).allSatisfy { isNew[Int($0)] })
            ofTheme += lists.items(ofRow: user).count { Int($0) % 6 == user % 6 }
        }
        #expect(Double(ofTheme) > 0.95 * 89 * 5)
    }

    @Test("as part of a blend it finds what collaborative models cannot know")
    func blend() throws {
        let items = 240
        let history = try Self.history(users: 90, items: items)
        let heldOut = try InteractionBlock(
            (0..<90).map { Interaction(row: Int32($0), column: Int32(items / 2 + $0 % 6 + 6 * ($0 % 3)), value: 1) },
            rows: 90, columnCount: items)
        let content = ContentModel(try ContentVectors(Self.catalogue(items, seed: 8)))
        let neighbours = try ItemNeighbours(history, weighting: .normalizedAdjacency, neighbours: 20)
        let table = try CandidateTable([neighbours, content], history: history, rows: 0..<90, depth: 40)
        let fit = try fitBlend(table, heldOut: heldOut, at: 20)
        let alone = try RankingQuality(
            of: table.topItems(weights: [1, 0], count: 20), heldOut: heldOut, at: 20)
        #expect(fit.weights[1] > 0)
        #expect(fit.ndcg > alone.meanNDCG + 0.1)
        #expect(table.scores.allSatisfy { $0.isFinite })
    }

    @Test("a user without history, and items without content, get nothing; everything in the basket leaves nothing")
    func nothing() throws {
        let vectors = try ContentVectors([ItemContent(title: "cup"), ItemContent(title: "cup"), ItemContent(title: "")])
        let model = ContentModel(vectors)
        let history = try InteractionBlock(
            columnCount: 3, rowOffsets: [0, 0, 1, 4, 5], columns: [2, 0, 1, 2, 0], values: [1, 1, 1, 1, 1])
        let lists = try model.topItems(rows: 0..<4, of: history, count: 9)
        #expect((0..<4).map { Array(lists.items(ofRow: $0)) } == [[], [], [], [1]])
        #expect(model.scores(rows: 0..<2, of: history) == [0, 0, 0, 0, 0, 0])
        #expect(throws: RankingError.invalidCount(0)) { try model.topItems(rows: 0..<1, of: history, count: 0) }
        #expect(throws: RankingError.self) { try model.topItems(rows: 0..<5, of: history, count: 1) }
        #expect(throws: RankingError.self) {
            try model.topItems(rows: 0..<1, of: history, count: 1, recommendable: [true])
        }
        let empty = ContentModel(try ContentVectors([]))
        let nobody = try InteractionBlock(columnCount: 0, rowOffsets: [0], columns: [], values: [])
        #expect(try empty.topItems(rows: 0..<0, of: nobody, count: 3).rows == 0)
    }
}
