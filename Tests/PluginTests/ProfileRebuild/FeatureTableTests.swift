import Analytics
import Testing

@testable import ProfileRebuild

@Suite("Features")
struct FeatureTableTests {
    @Test("every column is standardised, and its mean in its own unit is kept")
    func standardised() throws {
        let sample = try PlantedSample.of(seed: 1).collected
        let profiles = sample.profiles
        let table = try FeatureTable(profiles, categories: sample.categories)
        // Nobody's only order lies before Christmas there.
        #expect(!table.features.contains(.oneTimeGift))
        #expect(table.features.count == ModelFeature.behaviour.count - 1 + LargestCategories.most)
        for (column, feature) in table.features.enumerated() {
            let scores = profiles.indices.map { Double(table.scores.values[$0 * table.features.count + column]) }
            let mean = scores.reduce(0, +) / Double(scores.count)
            let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(scores.count)
            // Cutting at three standard deviations moves both a little.
            #expect(abs(mean) < 0.1, "\(feature)")
            #expect(variance > 0.6 && variance < 1.001, "\(feature)")
            #expect(scores.allSatisfy { abs($0) <= Double(FeatureModel.largestScore) })
            let own =
                profiles.map { feature.value(of: $0, categories: sample.categories) }.reduce(0, +)
                / Double(profiles.count)
            #expect(abs(table.model.columns[column].mean - own) < 1e-9 * max(1, abs(own)))
        }
    }

    @Test("what is the same for everybody is no feature")
    func constants() throws {
        let found = Planted.collect([Planted.event(customer: 1), Planted.event(customer: 2, item: 3, price: 8)])
        let table = try FeatureTable(found.profiles, categories: found.categories)
        #expect(table.features.contains(.orderValue))
        #expect(table.features.contains(.priceLevel))
        #expect(!table.features.contains(.orders))
        #expect(!table.features.contains(.looksPerOrder))
    }

    @Test("one giant customer is cut at three standard deviations")
    func giant() throws {
        var events = (0..<3).flatMap { customer in
            (0..<2).map { Planted.event(customer: Int32(customer + 1), day: $0 * (customer + 1), order: Int64($0)) }
        }
        events.append(Planted.event(customer: 4, quantity: 10_000, price: 1_000_000, order: 9))
        let many = (0..<40).flatMap { _ in Planted.profiles(events).dropLast() } + Planted.profiles(events).suffix(1)
        let table = try FeatureTable(many, categories: Planted.collect(events).categories)
        let column = try #require(table.features.firstIndex(of: .orderValue))
        #expect(table.scores.values[(many.count - 1) * table.features.count + column] == 3)
    }

    @Test("one order in the evening counts less than ten of ten")
    func shrinking() throws {
        var events = [Planted.event(customer: 1, hour: 18, order: 1), Planted.event(customer: 2, hour: 9, order: 1)]
        events += (0..<10).map { Planted.event(customer: 3, day: $0, hour: 18, order: Int64($0)) }
        let profiles = Planted.profiles(events)
        let table = try FeatureTable(profiles, categories: Planted.collect(events).categories)
        let column = try #require(table.features.firstIndex(of: .evening))
        let scores = profiles.indices.map { table.scores.values[$0 * table.features.count + column] }
        #expect(scores[0] < scores[2])
        #expect(scores[0] > scores[1])
        #expect(table.values[column] == 1)
    }
}
