import Analytics
import Testing

@Suite("Statistics")
struct StatisticsTests {
    @Test("quantiles are linear between order statistics")
    func quantileValues() throws {
        #expect(try quantiles(of: [4, 1, 3, 2], at: [0, 0.25, 0.5, 1]) == [1, 1.75, 2.5, 4])
        #expect(try median(of: [7]) == 7)
    }

    @Test("an empty sample, NaN and probabilities outside 0…1 are refused")
    func quantileErrors() {
        #expect(throws: StatisticsError.empty("quantile")) { try quantiles(of: [], at: [0.5]) }
        #expect(throws: StatisticsError.notFinite(row: 1, column: 0)) { try median(of: [1, .nan]) }
        #expect(throws: StatisticsError.outOfRange(name: "probability", value: 1.5)) {
            try quantiles(of: [1], at: [1.5])
        }
    }

    @Test("moments in one pass and merged equal the two-pass formula, also far from zero")
    func moments() {
        var generator = SeededGenerator(seed: 8)
        let values = (0..<1000).map { _ in generator.normal(mean: 1e9, standardDeviation: 3) }
        let mean = values.reduce(0, +) / 1000
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1000
        var merged = Moments(of: values[..<300])
        merged.merge(Moments(of: values[300...]))
        for moments in [Moments(of: values), merged] {
            #expect(moments.count == 1000)
            #expect(abs(moments.mean - mean) < 1e-5)
            #expect(abs(moments.populationVariance / variance - 1) < 1e-6)
        }
    }

    @Test("standardised columns have mean 0 and variance 1, constant ones become 0, and it can be undone")
    func standardisation() throws {
        var generator = SeededGenerator(seed: 9)
        var values: [Double] = []
        for _ in 0..<500 { values += [generator.normal(mean: 1e6, standardDeviation: 10), 0.1, generator.uniform()] }
        let scaling = try ColumnScaling(fitting: values, columns: 3)
        let scaled = try scaling.apply(to: values)
        #expect(scaling.isConstant == [false, true, false])
        for column in 0..<3 {
            let moments = Moments(of: (0..<500).map { Double(scaled.values[$0 * 3 + column]) })
            #expect(abs(moments.mean) < 1e-5)
            #expect(abs(moments.populationVariance - (column == 1 ? 0 : 1)) < 1e-5)
        }
        let restored = try scaling.undo(scaled[7])
        for column in 0..<3 { #expect(abs(restored[column] - values[21 + column]) < 1e-4) }
        // New data may differ in a column that was constant: it still says nothing.
        #expect(try scaling.apply(to: [1e6, 99, 0.5]).values[1] == 0)
    }

    @Test("NaN, infinity, half rows and missing columns are refused by name of the place")
    func badPoints() {
        #expect(throws: StatisticsError.notFinite(row: 1, column: 0)) {
            try PointMatrix(values: [1, 2, Float.nan, 3], columns: 2)
        }
        #expect(throws: StatisticsError.notFinite(row: 0, column: 1)) {
            try ColumnScaling(fitting: [1, .infinity], columns: 2)
        }
        #expect(throws: StatisticsError.notFinite(row: 0, column: 0)) {
            try PointMatrix(values: [1e300] as [Double], columns: 1)
        }
        #expect(throws: StatisticsError.shape(values: 3, columns: 2)) {
            try PointMatrix(values: [1, 2, 3] as [Float], columns: 2)
        }
        #expect(throws: StatisticsError.shape(values: 0, columns: 0)) {
            try PointMatrix(values: [] as [Float], columns: 0)
        }
        #expect(throws: StatisticsError.empty("standardisation")) { try ColumnScaling(fitting: [], columns: 2) }
    }

    @Test("the bootstrap interval holds the true mean in about 95 of 100 samples and is repeatable")
    func bootstrap() throws {
        var generator = SeededGenerator(seed: 10)
        var held = 0
        for trial in 0..<100 {
            let values = (0..<60).map { _ in generator.normal(mean: 5, standardDeviation: 2) }
            let interval = try bootstrapMean(of: values, resamples: 300, seed: UInt64(trial))
            #expect(interval.lower < interval.mean && interval.mean < interval.upper)
            if (interval.lower...interval.upper).contains(5) { held += 1 }
        }
        #expect((86...100).contains(held))
        let first = try bootstrapMean(of: [1, 2, 4], seed: 1)
        #expect(try first == bootstrapMean(of: [1, 2, 4], seed: 1))
        #expect(throws: StatisticsError.empty("bootstrap mean")) { try bootstrapMean(of: [], seed: 1) }
    }
}
