import Analytics
import Testing

@Suite("Explicit ratings")
struct ExplicitALSTests {
    /// Ratings of planted biases and factors with a little noise, positive.
    private func ratings(seed: UInt64) throws -> InteractionBlock {
        var generator = SeededGenerator(seed: seed)
        func numbers(_ count: Int, _ deviation: Double) -> [Double] {
            (0..<count).map { _ in generator.normal(standardDeviation: deviation) }
        }
        let (users, items) = (60, 50)
        let (x, y) = (numbers(users * 2, 0.7), numbers(items * 2, 0.7))
        let (a, b) = (numbers(users, 0.4), numbers(items, 0.4))
        var found: [Interaction] = []
        for u in 0..<users {
            for i in 0..<items where generator.uniform() < 0.5 {
                let value = 10 + a[u] + b[i] + x[2 * u] * y[2 * i] + x[2 * u + 1] * y[2 * i + 1]
                found.append(
                    Interaction(
                        row: Int32(u), column: Int32(i), value: Float(value + generator.normal(standardDeviation: 0.05))
                    ))
            }
        }
        return try InteractionBlock(found, rows: users, columnCount: items)
    }

    @Test("planted ratings are found again, held-out ones too")
    func planted() throws {
        let split = try ratings(seed: 21).splitPerUser(share: 0.2, seed: 1)
        let model = try trainExplicitALS(
            split.train, options: ALSOptions(rank: 2, iterations: 30),
            objective: ExplicitObjective(regularization: 0.001), threads: 2)
        #expect(try model.rootMeanSquaredError(split.train) < 0.08)
        #expect(try model.rootMeanSquaredError(split.heldOut) < 0.15)
    }

    @Test("the users' solution agrees with dense normal equations")
    func reference() throws {
        let ratings = try ratings(seed: 22)
        let objective = ExplicitObjective(regularization: 0.1, frequencyExponent: 0.5)
        let model = try trainExplicitALS(
            ratings, options: ALSOptions(rank: 3, iterations: 2), objective: objective)
        let one = try trainExplicitALS(
            ratings, options: ALSOptions(rank: 3, iterations: 2), objective: objective, threads: 3)
        #expect(one == model)
        for user in [0, 13, 59] {
            // The gradient of the objective at the solution, over x and the bias.
            let lambda = 0.1 * Double(ratings.columns(ofRow: user).count).squareRoot()
            var gradient = [Double](repeating: 0, count: 4)
            for d in 0..<3 { gradient[d] = lambda * Double(model.users.values[user * 3 + d]) }
            gradient[3] = lambda * Double(model.userBiases[user])
            var size = 0.0
            for (item, value) in zip(ratings.columns(ofRow: user), ratings.values(ofRow: user)) {
                let error = Double(value) - model.rating(user: user, item: Int(item))
                for d in 0..<3 { gradient[d] -= error * Double(model.items.values[Int(item) * 3 + d]) }
                gradient[3] -= error
                size += abs(error)
            }
            for value in gradient { #expect(abs(value) < 1e-4 * max(1, size)) }
        }
    }

    @Test("a user without ratings gets the item's bias; no ratings at all are an error")
    func edges() throws {
        let block = try InteractionBlock(
            columnCount: 2, rowOffsets: [0, 2, 3, 3], columns: [0, 1, 0], values: [4, 2, 5])
        let objective = ExplicitObjective(regularization: 0.1)
        let model = try trainExplicitALS(block, options: ALSOptions(rank: 8, iterations: 5), objective: objective)
        #expect(model.userBiases[2] == 0 && model.rating(user: 2, item: 0) > model.rating(user: 2, item: 1))
        let empty = try InteractionBlock(columnCount: 2, rowOffsets: [0, 0], columns: [], values: [])
        #expect(throws: FactorizationError.self) {
            try trainExplicitALS(empty, options: ALSOptions(rank: 2), objective: objective)
        }
        for bad in [0, -1, Double.nan, .infinity] {
            #expect(throws: FactorizationError.self) {
                try trainExplicitALS(
                    block, options: ALSOptions(rank: 2), objective: ExplicitObjective(regularization: bad))
            }
        }
    }
}
