import Analytics
import Testing

@Suite("BPR on bad input")
struct BPRBadInputTests {
    @Test(
        "factors are finite, or the data are refused because there is no pair to learn from",
        arguments: AwkwardInteractions.allCases, [0, 1.0])
    func awkward(data: AwkwardInteractions, popularityExponent: Double) throws {
        let block = try data.block()
        for candidates in [1, 3] {
            let options = BPROptions(
                rank: 64, epochs: 3, popularityExponent: popularityExponent, candidates: candidates)
            do {
                let model = try trainBPR(block, options: options)
                #expect(model.users.values.allSatisfy { $0.isFinite } && model.items.values.allSatisfy { $0.isFinite })
            } catch is FactorizationError {
                #expect(block.count == 0 || block.columnCount == 1)
            }
        }
    }

    @Test("a rate that makes factors run away is an error, and so are settings out of range")
    func settings() throws {
        let block = try AwkwardInteractions.userWithEverything.block()
        var options = BPROptions(rank: 4, epochs: 200, rate: 1e30, regularization: 0)
        options.initialScale = 1e10
        #expect(throws: FactorizationError.self) { try trainBPR(block, options: options) }
        for bad in [-1, Double.nan, .infinity] {
            for options in [
                BPROptions(rank: 4, rate: bad), BPROptions(rank: 4, regularization: bad),
                BPROptions(rank: 4, popularityExponent: bad), BPROptions(rank: 4, initialScale: bad),
            ] {
                #expect(throws: FactorizationError.self) { try trainBPR(block, options: options) }
            }
        }
    }
}
