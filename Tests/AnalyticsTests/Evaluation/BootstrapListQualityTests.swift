import Analytics
import Testing

@Suite("Intervals of list quality")
struct BootstrapListQualityTests {
    /// Lists of the popular items of planted tastes for so many users.
    private func planted(users: Int, seed: UInt64) throws -> (
        lists: RankedLists, history: InteractionBlock, FactorMatrix
    ) {
        let tastes = try PlantedTastes(users: users, seed: seed)
        let model = try ItemNeighbours(tastes.train, weighting: .normalizedAdjacency, neighbours: 20)
        let table = try CandidateTable([model], history: tastes.train, rows: 0..<users, depth: 10)
        var generator = SeededGenerator(seed: 2)
        let factors = try FactorMatrix(values: (0..<400).map { _ in Float(generator.normal()) }, rank: 2)
        return (try table.topItems(weights: [1], count: 10), tastes.train, factors)
    }

    private func measures(_ intervals: ListQualityIntervals) -> [MeasureInterval] {
        [intervals.coverage, intervals.novelty, intervals.gini, intervals.popularityLift]
            + [intervals.diversity].compactMap(\.self)
    }

    @Test("intervals hold the measures, repeat with the seed and do not depend on threads")
    func basics() throws {
        let (lists, history, factors) = try planted(users: 120, seed: 3)
        let whole = try ListQuality(of: lists, history: history, at: 10, factors: factors)
        let found = try bootstrapListQuality(of: lists, history: history, at: 10, factors: factors, seed: 1)
        #expect(measures(found).count == 5)
        for measure in measures(found) {
            #expect(measure.lower < measure.value && measure.value < measure.upper)
        }
        #expect(found.coverage.value == whole.coverage && found.diversity?.value == whole.diversity)
        #expect(
            try bootstrapListQuality(of: lists, history: history, at: 10, factors: factors, seed: 1, threads: 3)
                == found)
        #expect(try bootstrapListQuality(of: lists, history: history, at: 10, factors: factors, seed: 2) != found)
        let certain = try bootstrapListQuality(of: lists, history: history, at: 10, level: 0.5, seed: 1)
        #expect(certain.novelty.upper - certain.novelty.lower < found.novelty.upper - found.novelty.lower)
    }

    @Test("four times the same users give intervals about half as wide around the same measures")
    func width() throws {
        let (lists, history, _) = try planted(users: 100, seed: 3)
        let fourfold = try InteractionBlock(
            (0..<400).flatMap { row in
                history.columns(ofRow: row % 100).map { Interaction(row: Int32(row), column: $0, value: 1) }
            }, rows: 400, columnCount: history.columnCount)
        let fourLists = RankedLists((0..<400).map { lists.list(ofRow: $0 % 100) })
        let once = try bootstrapListQuality(of: lists, history: history, at: 10, seed: 1).novelty
        let four = try bootstrapListQuality(of: fourLists, history: fourfold, at: 10, seed: 1).novelty
        #expect(abs(once.value - four.value) < 1e-9)
        let ratio = (once.upper - once.lower) / (four.upper - four.lower)
        #expect(ratio > 1.7 && ratio < 2.4, "\(ratio)")
    }

    @Test("one user has no spread, and settings out of range are refused")
    func edges() throws {
        let history = try InteractionBlock(columnCount: 3, rowOffsets: [0, 1], columns: [0], values: [1])
        let lists = RankedLists([[(item: 1, score: 1), (item: 2, score: 1)]])
        let found = try bootstrapListQuality(of: lists, history: history, at: 5, seed: 1)
        for measure in measures(found) {
            #expect(abs(measure.lower - measure.value) < 1e-12 && abs(measure.upper - measure.value) < 1e-12)
        }
        #expect(found.diversity == nil)
        for level in [-0.1, 1.1, .nan] {
            #expect(throws: RankingError.self) {
                try bootstrapListQuality(of: lists, history: history, at: 5, level: level, seed: 1)
            }
        }
        #expect(throws: RankingError.self) {
            try bootstrapListQuality(of: lists, history: history, at: 5, resamples: 0, seed: 1)
        }
        let nothing = RankedLists([[(item: Int32, score: Float)]()])
        #expect(throws: RankingError.nothingListed) {
            try bootstrapListQuality(of: nothing, history: history, at: 5, seed: 1)
        }
    }
}
