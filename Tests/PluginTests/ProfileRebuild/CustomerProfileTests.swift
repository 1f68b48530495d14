import Shop
import Testing

@testable import ProfileRebuild

@Suite("Profiles")
struct CustomerProfileTests {
    /// Three orders of customer 1, on days 0, 30 and 60, seen from day 90.
    private let history = [
        Planted.event(item: 1, day: 0, hour: 9, quantity: 10, price: 2, order: 1),
        Planted.event(item: 4, day: 0, hour: 9, quantity: 1, price: 10, order: 1),
        Planted.event(item: 3, day: 30, hour: 20, quantity: 2, price: 8, order: 2),
        Planted.event(.return, item: 3, day: 33, quantity: 1, price: 8, order: 3),
        Planted.event(item: 4, day: 61, hour: 23, quantity: 2, price: 10, order: 4),
        Planted.event(.view, item: 4, day: 90, hour: 23, price: nil, order: 5),
        Planted.event(.cart, item: 1, day: 90, hour: 23, price: nil, order: 5),
    ]

    @Test("recency, frequency and money are those of the orders")
    func recencyFrequencyMoney() throws {
        let profile = try #require(Planted.profiles(history).first)
        let record = try #require(Planted.records(history).first)
        #expect(record.orders == 3)
        #expect(record.orderDays == 3)
        #expect(record.returns == 1)
        #expect(profile.recencyDays == 29)
        #expect(abs(profile.tenureDays - (90 + 14.0 / 24)) < 1e-9)
        #expect(abs(profile.frequency - 3 / (profile.tenureDays / 30)) < 1e-12)
        #expect(abs(record.monetary - (30 + 16 - 8 + 20) / 3.0) < 1e-12)
        #expect(abs(record.piecesPerOrder - 5) < 1e-12)
        #expect(abs(record.returnShare - 1 / 5.0) < 1e-12)
        #expect(abs(record.looksPerOrder - 2 / 3.0) < 1e-12)
        #expect(record.firstOrder == Planted.moment(day: 0, hour: 9))
        #expect(record.lastOrder == Planted.moment(day: 61, hour: 23))
    }

    @Test("frequency counts at least thirty days, so that one order yesterday is no order a day")
    func shortFrequency() throws {
        let profile = try #require(Planted.profiles([Planted.event(), Planted.event(.view, day: 1)]).first)
        #expect(profile.frequency == 1)
    }

    @Test("shares are of the money bought and of the interest shown, and sum to one")
    func shares() throws {
        let record = try #require(Planted.records(history).first)
        #expect(record.categoryShares["cups"] == 0.5455)
        #expect(record.categoryShares["bags"] == 0.4545)
        #expect(record.favouriteCategory == "cups")
        #expect(record.interestShares.json == #"{"bags": 0.2, "cups": 0.8}"#)
    }

    @Test("the price level is the rank within the category: cheapest 0 and dearest 1 are approached, equals count half")
    func priceLevel() throws {
        let catalogue = Planted.catalogue
        let cups = try #require(catalogue[1]).category
        #expect(catalogue.rank(of: 1, inCategory: cups) == 0)
        #expect(abs(catalogue.rank(of: 2, inCategory: cups) - 1 / 6.0) < 1e-12)
        #expect(abs(catalogue.rank(of: 4, inCategory: cups) - 0.5) < 1e-12)
        #expect(catalogue.rank(of: 9, inCategory: cups) == 1)
        let other = try #require(catalogue[5]).category
        #expect(catalogue.rank(of: 9, inCategory: other) == 0.5)
        let record = try #require(
            Planted.records([Planted.event(item: 1, price: 2), Planted.event(item: 3, price: 9)]).first)
        #expect(abs(record.priceLevel - (1 / 6.0 + 1) / 2) < 1e-12)
    }

    @Test("hours are the customer's own: one order counts once, at its first line")
    func localHours() throws {
        // Sunday 2025-01-12 17:30 UTC is Monday 01:30 in Shanghai.
        let events = [
            Planted.event(customer: 4, item: 1, day: 6, hour: 17),
            Planted.event(customer: 4, item: 2, day: 6, hour: 17),
        ]
        let abroad = try #require(Planted.records(events).first)
        #expect(abroad.hours.hourOfWeek.count == 168)
        #expect(abroad.hours.hourOfWeek[1] == 1)
        #expect(abroad.hours.hourOfWeek.reduce(0, +) == 1)
        #expect(abroad.hours.peakHour == 1)
        #expect(abroad.hours.night == 1)
        #expect(abroad.hours.weekend == 0)
        #expect(abroad.isAbroad)
        #expect(abroad.region == "Shanghai")
    }

    @Test("an unknown zone means UTC, and an unknown country is not abroad", arguments: [Int32(2), 5])
    func unknownZone(customer: Int32) throws {
        let record = try #require(Planted.records([Planted.event(customer: customer, day: 6, hour: 17)]).first)
        #expect(record.hours.hourOfWeek[6 * 24 + 17] == 1)
        #expect(record.hours.weekend == 1)
        #expect(record.hours.evening == 1)
        #expect(!record.isAbroad)
        #expect(record.region == (customer == 2 ? "United Kingdom" : nil))
    }

    @Test("summer time is minded: noon in July is 13:00 in London")
    func summerTime() throws {
        var hours = LocalHours()
        let july = try #require(Timestamp(year: 2025, month: 7, day: 7, hour: 12))
        let january = try #require(Timestamp(year: 2025, month: 1, day: 6, hour: 12))
        #expect(hours.hourOfWeek(of: july, zone: "Europe/London") == 13)
        #expect(hours.hourOfWeek(of: january, zone: "Europe/London") == 12)
        let before1970 = try #require(Timestamp(year: 1969, month: 12, day: 31, hour: 23, minute: 59))
        #expect(hours.hourOfWeek(of: before1970, zone: nil) == 2 * 24 + 23)
    }

    @Test("purchases without an order reference are one order a day")
    func ordersByDay() throws {
        let events = [
            Planted.event(day: 1, hour: 9, order: nil), Planted.event(day: 1, hour: 18, order: nil),
            Planted.event(day: 2, hour: 0, order: nil),
        ]
        #expect(try #require(Planted.records(events).first).orders == 2)
    }
}
