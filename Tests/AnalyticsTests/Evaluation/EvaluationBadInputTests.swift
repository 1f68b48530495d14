import Analytics
import Testing

@Suite("Evaluation on bad input")
struct EvaluationBadInputTests {
    @Test("cut-offs beyond the data, and users without held-out items or lists, give finite measures")
    func cutOffs() throws {
        let heldOut = try InteractionBlock(
            columnCount: 4, rowOffsets: [0, 2, 2, 4], columns: [0, 1, 2, 3], values: [1, 1, 1, 1])
        let lists = RankedLists([[(item: 0, score: 2), (item: 3, score: 1)], [(item: 1, score: 1)], []])
        let quality = try RankingQuality(of: lists, heldOut: heldOut, at: .max)
        #expect(quality.rows == [0, 2])
        #expect(quality.recall == [0.5, 0] && quality.hitRate == [1, 0])
        #expect((quality.ndcg + quality.averagePrecision).allSatisfy { $0.isFinite })
        #expect(try quality.ndcg == RankingQuality(of: lists, heldOut: heldOut, at: 4).ndcg)
    }

    @Test("measures of lists are finite, or there is nothing listed", arguments: AwkwardInteractions.allCases)
    func lists(data: AwkwardInteractions) throws {
        let block = try data.block()
        let lists = try PopularItems(block).topItems(count: 3, excluding: block)
        let factors = try FactorMatrix(values: [Float](repeating: 0, count: block.columnCount), rank: 1)
        let quality: ListQuality
        do throws(RankingError) {
            quality = try ListQuality(of: lists, history: block, at: .max, factors: factors)
        } catch {
            #expect(error == .nothingListed)
            #expect(lists.items.isEmpty || block.count == 0)
            return
        }
        for measure in [quality.coverage, quality.novelty, quality.gini, quality.popularityLift] {
            #expect(measure.isFinite)
        }
        #expect(quality.diversity.map { $0.isFinite } ?? true)
    }

    @Test("splits keep every interaction once, and refuse times that are NaN", arguments: AwkwardInteractions.allCases)
    func splits(data: AwkwardInteractions) throws {
        let block = try data.block()
        let times = (0..<block.count).map { Double($0) }
        let splits = [
            try block.splitPerUser(share: 0.5, minimum: 2, seed: 1),
            try block.splitPerUser(share: 1, minimum: 2, seed: 1),
            try block.split(times: times, from: 2), try block.split(times: times, from: .infinity),
            try block.split(times: times, latest: 1), try block.split(times: times, latest: .max),
        ]
        for split in splits {
            #expect(split.train.count + split.heldOut.count == block.count)
            #expect(split.train.rows == block.rows && split.heldOut.rows == block.rows)
        }
        guard block.count > 0 else { return }
        var bad = times
        bad[bad.count - 1] = .nan
        #expect(throws: FactorizationError.self) { try block.split(times: bad, from: 1) }
        #expect(throws: FactorizationError.self) { try block.split(times: bad, latest: 1) }
        #expect(throws: FactorizationError.self) { try block.split(times: times, from: .nan) }
        #expect(throws: FactorizationError.self) { try block.split(times: [], latest: 1) }
    }

    @Test("an interval of one value, of equal values, and of values that are not finite or too many to add up")
    func bootstrap() throws {
        let one = try bootstrapMean(of: [0.3], seed: 1)
        #expect(one.mean == 0.3 && one.lower == 0.3 && one.upper == 0.3)
        for bad in [Double.nan, .infinity] {
            #expect(throws: StatisticsError.self) { try bootstrapMean(of: [0, bad], seed: 1) }
            #expect(throws: StatisticsError.self) { try bootstrapMean(of: [0], level: bad, seed: 1) }
        }
        #expect(throws: StatisticsError.self) { try bootstrapMean(of: [], seed: 1) }
        #expect(throws: StatisticsError.self) { try bootstrapMean(of: [1.7e308, 1.7e308], seed: 1) }
        #expect(throws: StatisticsError.self) { try quantiles(of: [.infinity, .infinity, 1], at: [0.75]) }
    }
}
