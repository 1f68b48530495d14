import Analytics
import Testing

@Suite("Neighbours and EASE on bad input")
struct NeighbourBadInputTests {
    private static let weightings: [NeighbourWeighting] = [
        .cosine(shrinkage: 0, powerOfUsers: 0), .cosine(shrinkage: 10, powerOfUsers: 0.5), .bm25(k1: 1.2, b: 0.75),
        .normalizedAdjacency,
    ]

    @Test(
        "similarities and scores are finite, or a typed error", arguments: AwkwardInteractions.allCases, [false, true])
    func neighbours(data: AwkwardInteractions, usesValues: Bool) throws {
        let block = try data.block()
        for weighting in Self.weightings {
            do {
                let items = try ItemNeighbours(block, weighting: weighting, neighbours: 100, usesValues: usesValues)
                #expect(items.similarities.values.allSatisfy { $0.isFinite && $0 > 0 })
                let scores = items.scores(rows: 0..<block.rows, of: block)
                #expect(data.isExtreme || scores.allSatisfy { $0.isFinite })
                for user in 0..<block.rows where block.columns(ofRow: user).isEmpty {
                    #expect(scores[user * block.columnCount..<(user + 1) * block.columnCount].allSatisfy { $0 == 0 })
                }
            } catch FactorizationError.notFinite {
                #expect(data.isExtreme && usesValues)
            }
            let users = try UserNeighbours(block, weighting: weighting, neighbours: 100)
            #expect(users.similarities.values.allSatisfy { $0.isFinite && $0 > 0 })
            #expect(users.scores(rows: 0..<block.rows, of: block).allSatisfy { $0.isFinite })
        }
    }

    @Test("an item that lies in every basket is a neighbour of every other and of itself of none")
    func everyBasket() throws {
        let block = try AwkwardInteractions.itemInEveryBasket.block()
        let model = try ItemNeighbours(block, weighting: .cosine(shrinkage: 0, powerOfUsers: 0), neighbours: 9)
        #expect(Array(model.similarities.columns(ofRow: 0)) == [1, 2, 3])
        for item in 1..<4 { #expect(Array(model.similarities.columns(ofRow: item)) == [0]) }
    }

    @Test("weights that overflow are an error, not neighbours that are missing")
    func overflow() throws {
        let huge = try AwkwardInteractions.hugeValues.block()
        #expect(throws: FactorizationError.notFinite(row: 0)) {
            try ItemNeighbours(huge, weighting: .normalizedAdjacency, neighbours: 3, usesValues: true)
        }
        // Cosines of the same values are as those of any others.
        let cosines = try ItemNeighbours(
            huge, weighting: .cosine(shrinkage: 0, powerOfUsers: 0), neighbours: 3, usesValues: true)
        #expect(cosines.similarities.count == 6)
        #expect(cosines.similarities.values.allSatisfy { abs($0 - 0.5) < 1e-6 })
        let block = try AwkwardInteractions.userWithEverything.block()
        #expect(throws: FactorizationError.self) {
            try ItemNeighbours(block, weighting: .bm25(k1: 1.7e308, b: 0.5), neighbours: 3, usesValues: true)
        }
    }

    @Test("EASE has finite weights, or a typed error", arguments: AwkwardInteractions.allCases, [false, true])
    func ease(data: AwkwardInteractions, usesValues: Bool) throws {
        let block = try data.block()
        for lambda in [1e-6, 100] {
            do {
                let model = try EASE(block, regularization: lambda, usesValues: usesValues)
                #expect(model.weights.allSatisfy { $0.isFinite })
                for item in 0..<block.columnCount { #expect(model.weights[item * block.columnCount + item] == 0) }
                let scores = model.scores(rows: 0..<block.rows, of: block)
                #expect(data.isExtreme || scores.allSatisfy { $0.isFinite })
            } catch is FactorizationError {
                #expect(data.isExtreme && usesValues)
            }
        }
    }
}
