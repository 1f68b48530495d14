import Analytics
import Testing

@testable import ALSTraining

@Suite("Measures and when to stop")
struct ValidationTests {
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
        let sums = try #require(try RankingSums(try RankedListsSample.lists, heldOut: heldOut, at: 3))
        let means = HoldoutMetrics.Means(sums)
        // The first list has item 2 in second place; the second has no item 5.
        #expect(means.hitRate == 0.5)
        #expect(means.recall == 0.5)
        #expect(abs(means.ndcg - 0.5 * 0.6309297535714575) < 1e-12)
        let validated = try #require(ValidatedIteration(iteration: 3, [sums, sums]))
        #expect(validated.customers == 4)
        #expect(validated.value(of: .ndcg) == means.ndcg)
        #expect(validated.value(of: .hitRate) == 0.5)
        #expect(ValidatedIteration(iteration: 1, []) == nil)
    }

    @Test("blocks measured together are measured as each alone, and nobody is listed what was bought")
    func blocks() throws {
        let tastes = try PlantedBlocks(users: 96, items: 40)
        let model = try trainImplicitALS(
            tastes.train, options: ALSOptions(rank: 8, iterations: 3), objective: TrainingArguments().objective)
        let parts = tastes.blocks
        let users = FactorBlock.blocks(of: model.users).map(\.factors)
        let together = try validate(parts, users: users, items: model.items, at: 5, threads: 1, check: {})
        try #require(together.count == 3)
        for (index, part) in parts.enumerated() {
            let alone = try validate([part], users: [users[index]], items: model.items, at: 5, threads: 2, check: {})
            #expect(alone == [together[index]])
        }
        // Without leaving out what was bought, its place is taken from what is to be hit.
        let careless = parts.map { ValidationBlock(block: $0.block, validation: $0.validation, bought: nil) }
        let worse = try validate(careless, users: users, items: model.items, at: 5, threads: 1, check: {})
        #expect(worse.map(\.sums.hits).reduce(0, +) < together.map(\.sums.hits).reduce(0, +))
    }

    @Test("a training stops after so many iterations without a better one, and the earlier of equals is best")
    func stopping() throws {
        func state(_ values: [Double], patience: Int) throws -> EarlyStop {
            let history = values.enumerated().map {
                ValidatedIteration(iteration: $0 + 1, customers: 9, ndcg: $1, recall: 0, hitRate: 0)
            }
            return try #require(EarlyStop(history, metric: .ndcg, patience: patience))
        }
        #expect(try state([0.1], patience: 1).stops == false)
        #expect(try state([0.1, 0.2, 0.2], patience: 2).best == 2)
        #expect(try state([0.1, 0.2, 0.2], patience: 2).stops == false)
        #expect(try state([0.1, 0.2, 0.2, 0.1], patience: 2).stops)
        #expect(try state([0.3, 0.2, 0.1, 0.4], patience: 3).stops == false)
        #expect(try state([0.3, 0.2, 0.1, 0.4], patience: 3).best == 4)
        #expect(EarlyStop([], metric: .ndcg, patience: 1) == nil)
    }
}

/// Users of two tastes, each with one item kept from the training.
private struct PlantedBlocks {
    let train: InteractionBlock
    private let kept: InteractionBlock

    init(users: Int, items: Int) throws {
        var seen: [Interaction] = []
        var held: [Interaction] = []
        for user in 0..<users {
            for place in 0..<8 {
                let column = Int32((user % 2) * (items / 2) + (user * 3 + place * 7) % (items / 2))
                let interaction = Interaction(row: Int32(user), column: column, value: 1)
                if place == 7 { held.append(interaction) } else { seen.append(interaction) }
            }
        }
        train = try InteractionBlock(seen, rows: users, columnCount: items)
        kept = try InteractionBlock(
            held.filter { entry in !seen.contains { $0.row == entry.row && $0.column == entry.column } }, rows: users,
            columnCount: items)
    }

    var blocks: [ValidationBlock] {
        let rows = RowBlocks(rows: train.rows)
        return (0..<rows.count).map {
            ValidationBlock(block: $0, validation: kept.block(of: rows[$0]), bought: train.block(of: rows[$0]))
        }
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
