import Shop
import Testing

@testable import ProfileRebuild

@Suite("Visits, order gaps and affinities")
struct VisitAndAffinityTests {
    @Test("a visit goes on for thirty minutes without an event, and ends after one more second")
    func visits() {
        var tally = VisitTally()
        let start = Planted.moment(day: 0, hour: 9)
        for seconds in [0, 60, 1860, 3661, 90_000] { tally.add(start.advanced(bySeconds: seconds)) }
        // 0…1860, for a pause of exactly 30 minutes is none; then 3661 alone, then 90000 alone.
        #expect(tally.count == 3)
        #expect(tally.meanMinutes == 31.0 / 3)
        #expect(VisitTally().meanMinutes == 0)
    }

    @Test("visits count views and purchases, and no returns")
    func visitsOfACustomer() throws {
        let record = try #require(
            Planted.records([
                Planted.event(.view, hour: 9, price: nil), Planted.event(hour: 9, minute: 20, quantity: 2),
                Planted.event(.return, day: 3, quantity: 1), Planted.event(.view, day: 5, price: nil),
            ]).first)
        #expect(record.sessions == 2)
        #expect(record.sessionMinutes == 10)
        #expect(record.lastSeen == Planted.moment(day: 5, hour: 12))
    }

    @Test("gaps between orders: mean, and the median of an odd and of an even number")
    func gaps() throws {
        let days = [0, 1, 4, 14].map { Planted.moment(day: $0) }
        #expect(try #require(OrderTally.gaps(between: days)) == (mean: 14.0 / 3, median: 3))
        #expect(try #require(OrderTally.gaps(between: Array(days.prefix(3)))) == (mean: 2, median: 2))
        #expect(OrderTally.gaps(between: [days[0]]) == nil)
    }

    @Test("repeat value is the mean money of the days after the first, however many orders a day has")
    func repeatValue() throws {
        let record = try #require(
            Planted.records([
                Planted.event(day: 0, price: 9, order: 1), Planted.event(day: 2, hour: 8, price: 4, order: 2),
                Planted.event(day: 2, hour: 20, price: 6, order: 3), Planted.event(day: 7, price: 30, order: 4),
            ]).first)
        #expect(record.orders == 4)
        #expect(record.orderDays == 3)
        #expect(record.repeatValue == 20)
        #expect(try #require(Planted.records([Planted.event()]).first).repeatValue == nil)
    }

    @Test("an affinity halves with every half-life, a purchase counts as eight views")
    func decay() throws {
        // Half-life 90 days: the cup of day 0 counts 8 / 2, the bag of day 90 counts 8, its view 1.
        let record = try #require(
            Planted.records([
                Planted.event(item: 1, day: 0), Planted.event(item: 4, day: 90, price: 10, order: 2),
                Planted.event(.view, item: 4, day: 90, price: nil, order: 3),
            ]).first)
        #expect(record.categoryAffinity.json == #"{"bags": 0.6923, "cups": 0.3077}"#)
        #expect(record.brandAffinity.json == #"{"Acme": 0.3077, "Bolt": 0.6923}"#)
        // The cup is the cheapest of three; a bag, the only one with a price, stands in the middle.
        #expect(record.priceAffinity.json == #"{"lowest": 0.3077, "middle": 0.6923}"#)
        // Money is not decayed.
        #expect(record.categoryShares["cups"] == 0.1667)
    }

    @Test("an affinity is the same from wherever it is looked at: later events of another kind change nothing")
    func anchored() throws {
        let events = [Planted.event(item: 1, day: 0), Planted.event(item: 4, day: 33, price: 10, order: 2)]
        let early = try #require(Planted.records(events).first)
        let late = try #require(Planted.records(events + [Planted.event(.review, day: 95, price: nil)]).first)
        #expect(early.categoryAffinity == late.categoryAffinity)
        #expect(early.lastSeen < late.lastSeen)
    }

    @Test("devices are counted where they are named, and the weeks before Christmas are the customer's share of orders")
    func devicesAndSeason() throws {
        let record = try #require(
            Planted.records([
                Planted.event(day: -13, device: "mobile"),  // 24 December 2024
                Planted.event(day: -12, order: 2, device: "mobile"), Planted.event(day: 20, order: 3, device: "tablet"),
                Planted.event(day: 30, order: 4),
            ]).first)
        #expect(record.deviceShares.json == #"{"mobile": 0.6667, "tablet": 0.3333}"#)
        #expect(record.giftSeasonShare == 0.25)
    }

    @Test("names in a JSON object are escaped")
    func escaping() {
        let shares = NamedShares([0: 1, 1: 3], names: ["a\"\\\n", "ü\u{1}"])
        #expect(shares.json == #"{"a\"\\\u000a": 0.25, "ü\u0001": 0.75}"#)
        #expect(NamedShares([:], names: []).json == "{}")
        #expect(NamedShares([0: 0], names: ["a"]).entries.isEmpty)
    }
}
