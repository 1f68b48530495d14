import Testing

@testable import Analytics

@Suite("Seeded random numbers")
struct SeededGeneratorTests {
    @Test("SplitMix64 gives the published sequence")
    func splitMix() {
        var generator = SplitMix64(seed: 1_234_567)
        let drawn = (0..<5).map { _ in generator.next() }
        #expect(
            drawn == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
    }

    @Test("xoshiro256** gives the published sequence")
    func xoshiro() {
        var generator = SeededGenerator(state: (1, 2, 3, 4))
        let drawn = (0..<4).map { _ in generator.next() }
        #expect(drawn == [11520, 0, 1_509_978_240, 1_215_971_899_390_074_240])
    }

    @Test("draws of a seed are the same in every version")
    func golden() throws {
        var generator = SeededGenerator(seed: 42, stream: 7)
        let zipf = try DiscreteDistribution.zipf(count: 1000, exponent: 1.1)
        #expect(generator.next() == 802_171_766_300_567_288)
        #expect(generator.uniform().bitPattern == 4_599_613_392_992_018_066)
        #expect((0..<5).map { _ in generator.integer(below: 1000) } == [86, 999, 893, 828, 113])
        #expect(generator.normal().bitPattern == 4_609_986_433_100_666_430)
        #expect((0..<5).map { _ in zipf.draw(using: &generator) } == [57, 5, 104, 10, 599])
        var order = Array(0..<8)
        generator.shuffle(&order)
        #expect(order == [3, 4, 5, 0, 6, 7, 2, 1])
        #expect(generator.sample(4, of: 20) == [0, 3, 9, 15])
    }

    @Test("streams of one seed differ")
    func streams() {
        var first = SeededGenerator(seed: 1, stream: 0)
        var second = SeededGenerator(seed: 1, stream: 1)
        #expect(Set((0..<100).map { _ in first.next() }).isDisjoint(with: (0..<100).map { _ in second.next() }))
    }

    @Test("normal draws have mean 0, variance 1 and 4.55 % beyond two deviations")
    func normal() {
        var generator = SeededGenerator(seed: 3)
        let draws = (0..<40_000).map { _ in generator.normal() }
        let moments = Moments(of: draws)
        #expect(abs(moments.mean) < 0.02)
        #expect(abs(moments.sampleVariance - 1) < 0.03)
        let tail = Double(draws.count(where: { abs($0) > 2 })) / 40_000
        #expect(abs(tail - 0.0455) < 0.005)
    }

    @Test("integers below a bound are uniform")
    func integers() {
        var generator = SeededGenerator(seed: 4)
        var counts = [Int](repeating: 0, count: 6)
        for _ in 0..<60_000 { counts[generator.integer(below: 6)] += 1 }
        #expect(counts.allSatisfy { abs($0 - 10_000) < 400 })
        #expect(generator.integer(below: 1) == 0)
    }

    @Test("Zipf draws follow (rank + 1)^-s")
    func zipf() throws {
        var generator = SeededGenerator(seed: 5)
        let distribution = try DiscreteDistribution.zipf(count: 50, exponent: 1)
        var counts = [Int](repeating: 0, count: 50)
        for _ in 0..<50_000 { counts[distribution.draw(using: &generator)] += 1 }
        let harmonic = (1...50).reduce(0) { $0 + 1 / Double($1) }
        for rank in [0, 1, 4, 20] {
            let expected = 50_000 / harmonic / Double(rank + 1)
            #expect(abs(Double(counts[rank]) - expected) < 5 * expected.squareRoot())
        }
    }

    @Test("every order of three is equally likely, and a sample is ascending and distinct")
    func shuffleAndSample() {
        var generator = SeededGenerator(seed: 6)
        var counts: [[Int]: Int] = [:]
        for _ in 0..<12_000 {
            var order = [0, 1, 2]
            generator.shuffle(&order)
            counts[order, default: 0] += 1
        }
        #expect(counts.count == 6)
        #expect(counts.values.allSatisfy { abs($0 - 2000) < 200 })
        let sample = generator.sample(100, of: 1000)
        #expect(sample == Set(sample).sorted() && sample.count == 100 && sample.allSatisfy { (0..<1000).contains($0) })
        #expect(generator.sample(5, of: 3) == [0, 1, 2])
    }

    @Test("weights that make no distribution are refused")
    func badWeights() {
        for weights in [[], [0, 0], [1, -1], [1, .nan]] {
            #expect(throws: StatisticsError.self) { try DiscreteDistribution(weights: weights) }
        }
    }
}
