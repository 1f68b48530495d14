import Shop
import Testing

@testable import ProfileRebuild

@Suite("Cleaning of events")
struct EventCleanerTests {
    @Test("sound events are kept, and every rule is reported with its count")
    func sound() {
        let counts = Planted.collect([Planted.event(), Planted.event(.view, price: nil)]).tally.counts
        #expect(counts.read == 2)
        #expect(counts.kept == 2)
        #expect(counts.byName.count == CleaningRule.allCases.count)
        #expect(counts.byName.values.allSatisfy { $0 == 0 })
    }

    @Test(
        "an event that breaks one rule is counted under it",
        arguments: [
            (CleaningRule.guest, Planted.event(customer: nil)),
            (.unknownCustomer, Planted.event(customer: 99)),
            (.unknownItem, Planted.event(item: 99)),
            (.notAProduct, Planted.event(item: 5)),
            (.impossibleTime, Planted.event(day: 102)),
            (.impossibleTime, Planted.event(day: -25_000)),
            (.badPrice, Planted.event(price: 0)),
            (.badPrice, Planted.event(price: -1)),
            (.badPrice, Planted.event(price: .nan)),
            (.badPrice, Planted.event(item: 6, price: nil)),
            (.badQuantity, Planted.event(quantity: 0)),
            (.badQuantity, Planted.event(quantity: EventCleaner.largestQuantity + 1)),
            (.returnWithoutPurchase, Planted.event(.return)),
        ])
    func oneRule(rule: CleaningRule, event: ShopEvent) {
        let counts = Planted.collect([event]).tally.counts
        #expect(counts[rule] == 1)
        #expect(counts.kept == 0)
    }

    @Test("the first rule that applies counts, and no other")
    func firstRule() {
        #expect(Planted.dropped([Planted.event(customer: nil, item: 5, price: 0, order: 1)]) == ["guest": 1])
    }

    @Test("the largest quantity that is believed is kept, and so is an event of a day ahead of the clock")
    func edges() {
        let events = [
            Planted.event(quantity: EventCleaner.largestQuantity), Planted.event(item: 2, day: 101, hour: 0, order: 2),
        ]
        #expect(Planted.collect(events).tally.counts.kept == 2)
    }

    @Test("a view needs no price, and a purchase without one has the catalogue's")
    func priceFallback() throws {
        let records = Planted.records([
            Planted.event(.view, item: 6, price: nil), Planted.event(item: 3, quantity: 2, price: nil),
        ])
        #expect(try #require(records.first).monetary == 16)
    }

    @Test("the same line twice is one; another hour, price, order or kind makes it another line")
    func duplicates() {
        let line = Planted.event()
        let others = [
            Planted.event(hour: 13), Planted.event(price: 3), Planted.event(order: 2), Planted.event(quantity: 2),
            Planted.event(.cart, price: 2),
        ]
        #expect(Planted.dropped([line, line, line] + others) == ["duplicate": 2])
    }

    @Test("the order of the rows changes nothing", arguments: [UInt64](1...20))
    func orderOfRows(seed: UInt64) {
        var generator = PlantedGenerator(seed: seed)
        let events = (0..<60).map { _ in
            Planted.event(
                [.purchase, .purchase, .return, .view, .cart].randomElement(using: &generator) ?? .view,
                item: .random(in: 1...4, using: &generator), day: .random(in: 0...6, using: &generator),
                quantity: .random(in: 1...3, using: &generator), price: Double.random(in: 1...3, using: &generator),
                order: .random(in: 1...5, using: &generator))
        }
        let expected = Planted.collect(events)
        let shuffled = Planted.collect(events.shuffled(using: &generator))
        #expect(shuffled == expected, "seed \(seed)")
    }
}

/// Numbers for tests, the same for a seed.
struct PlantedGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
