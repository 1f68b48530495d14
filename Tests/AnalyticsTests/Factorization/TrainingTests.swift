import Analytics
import Testing

@Suite("ALS training")
struct TrainingTests {
    let objective = ImplicitObjective(regularization: 0.01, frequencyExponent: 1, unobservedWeight: 0.1)

    @Test("every half-iteration lowers the objective", arguments: SolveRowsTests.objectives)
    func objectiveFalls(objective: ImplicitObjective) throws {
        let interactions = try PlantedTastes(users: 80, items: 60, seed: 71).train
        let byItem = interactions.transposed()
        var users = try FactorMatrix.initial(rows: 0..<80, rank: 6, seed: 1, scale: 1)
        var items = try FactorMatrix.initial(rows: 0..<60, rank: 6, seed: 2, scale: 1)
        var last = try objective.value(interactions: interactions, users: users, items: items)
        for _ in 0..<5 {
            items = try solveRows(block: byItem, items: users, gramian: Gramian(of: users), objective: objective)
            let afterItems = try objective.value(interactions: interactions, users: users, items: items)
            users = try solveRows(block: interactions, items: items, gramian: Gramian(of: items), objective: objective)
            let afterUsers = try objective.value(interactions: interactions, users: users, items: items)
            #expect(afterItems <= last * (1 + 1e-7) && afterUsers <= afterItems * (1 + 1e-7))
            last = afterUsers
        }
    }

    @Test("the objective agrees with the double sum over all users and items")
    func objectiveValue() throws {
        let interactions = try PlantedTastes(users: 30, items: 40, seed: 72).train
        let users = try FactorMatrix.initial(rows: 0..<30, rank: 4, seed: 1, scale: 2)
        let items = try FactorMatrix.initial(rows: 0..<40, rank: 4, seed: 2, scale: 2)
        var expected = 0.0
        var userCounts = [Int](repeating: 0, count: 40)
        for u in 0..<30 {
            for i in 0..<40 {
                let score = zip(users[u], items[i]).reduce(0) { $0 + Double($1.0) * Double($1.1) }
                expected += 0.1 * score * score
                if interactions.columns(ofRow: u).contains(Int32(i)) {
                    expected += (1 - score) * (1 - score)
                    userCounts[i] += 1
                }
            }
            let count = Double(interactions.columns(ofRow: u).count)
            expected += 0.01 * (count + 0.1 * 40) * users[u].reduce(0) { $0 + Double($1) * Double($1) }
        }
        for i in 0..<40 {
            expected += 0.01 * (Double(userCounts[i]) + 0.1 * 30) * items[i].reduce(0) { $0 + Double($1) * Double($1) }
        }
        let found = try objective.value(interactions: interactions, users: users, items: items)
        #expect(abs(found / expected - 1) < 1e-9)
    }

    @Test("training in 1, 2 or 8 shards gives the same bytes as training in one process", arguments: [1, 2, 8])
    func sharded(shards: Int) throws {
        let interactions = try PlantedTastes(users: 300, items: 280, seed: 73).train
        let whole = try trainImplicitALS(
            interactions, options: ALSOptions(rank: 10, iterations: 3, seed: 9), objective: objective)
        let byItem = interactions.transposed()
        var users = try FactorMatrix(
            joining: RowBlocks(rows: 300).shards(shards).map { try .initial(rows: $0, rank: 10, seed: 9) })
        var items = users
        for _ in 0..<3 {
            items = try halfIteration(byItem, against: users, shards: shards)
            users = try halfIteration(interactions, against: items, shards: shards)
        }
        #expect(users.serialized() == whole.users.serialized())
        #expect(items.serialized() == whole.items.serialized())
    }

    /// As the jobs do it: every shard reads bytes and writes bytes, and shards finish in any order.
    private func halfIteration(
        _ interactions: InteractionBlock, against other: FactorMatrix, shards: Int
    ) throws -> FactorMatrix {
        let blocks = RowBlocks(rows: other.rows)
        let parts = (0..<blocks.count).reversed().map { Gramian(partOf: other, rows: blocks[$0]).serialized() }
        let gramian = try Gramian(adding: parts.reversed().map { try Gramian(serialized: $0) })
        let solved = try RowBlocks(rows: interactions.rows).shards(shards).reversed().map { range in
            let block = try InteractionBlock(serialized: interactions.block(of: range).serialized())
            return try solveRows(block: block, items: other, gramian: gramian, objective: objective).serialized()
        }
        return try FactorMatrix(joining: solved.reversed().map { try FactorMatrix(serialized: $0) })
    }

    @Test("planted tastes are recommended far better than by popularity")
    func quality() throws {
        let tastes = try PlantedTastes(users: 400, items: 250, purchases: 16, seed: 74)
        let model = try trainImplicitALS(
            tastes.train, options: ALSOptions(rank: 16, iterations: 8, seed: 1), objective: objective)
        let lists = try topItems(users: model.users, items: model.items, count: 20, excluding: tastes.train)
        let popular = try PopularItems(tastes.train).topItems(count: 20, excluding: tastes.train)
        let found = try RankingQuality(of: lists, heldOut: tastes.heldOut, at: 20)
        let baseline = try RankingQuality(of: popular, heldOut: tastes.heldOut, at: 20)
        #expect(found.meanRecall > 1.5 * baseline.meanRecall)
        let lead = zip(found.recall, baseline.recall).map { $0 - $1 }
        #expect(try bootstrapMean(of: lead, seed: 1).lower > 0.1)
    }

    @Test("rows draw their initial factors alone, with the asked spread")
    func initial() throws {
        let whole = try FactorMatrix.initial(rows: 0..<500, rank: 16, seed: 3)
        #expect(try FactorMatrix.initial(rows: 123..<130, rank: 16, seed: 3) == whole.block(of: 123..<130))
        let moments = Moments(of: whole.values.map(Double.init))
        #expect(abs(moments.mean) < 0.001)
        #expect(abs(moments.populationVariance.squareRoot() / (0.1 / 4) - 1) < 0.03)
    }

    @Test("what the check throws ends the training")
    func cancelled() throws {
        struct Cancelled: Error {}
        let interactions = try PlantedTastes(users: 80, items: 60, seed: 75).train
        var seen: [Int] = []
        #expect(throws: Cancelled.self) {
            try trainImplicitALS(
                interactions, options: ALSOptions(rank: 4, iterations: 5, seed: 1), objective: objective,
                check: { half in
                    seen.append(half)
                    if half == 3 { throw Cancelled() }
                })
        }
        #expect(Set(seen) == [0, 1, 2, 3])
    }
}
