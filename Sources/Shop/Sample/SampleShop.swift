/// A made-up shop with planted segments and tastes, for the demo and for tests.
///
/// Six segments differ in recency, frequency, money, price level and hour of the day; eight tastes are groups of
/// categories, of which each customer likes one or two. Events follow view → click → cart → purchase → review, with
/// some returns. About 30 % of the customers have Chinese names and the locale `zh`; about 85 % agree to mail; about
/// 1 % have an address that begins with `bounce`. All addresses are at `shop.example`, which no one can own.
/// What was planted is in ``planted``.
///
/// The same arguments give the same bytes. 2,000 customers over 180 days make about 240,000 events.
public struct SampleShop: Sendable {
    /// The items, in the order of their codes.
    public let items: [ItemRow]
    /// The customers, in the order of their codes.
    public let customers: [CustomerRow]
    /// The events, in the order of time.
    public let events: SampleEvents
    /// What the pipeline should find again.
    public let planted: PlantedTruth

    let seed: UInt64

    /// One event in so many is there twice, as a shop's log has it when a request was repeated.
    private static let eventsPerDuplicate = 250

    /// Makes the shop in memory, about 40 bytes per event.
    ///
    /// - Parameters:
    ///   - seed: any number.
    ///   - end: when the shop's data ends; every event is earlier.
    ///   - customers: 1 to 100,000.
    ///   - items: 24 to 100,000.
    ///   - days: 14 to 3,650; segments and counts scale with it.
    ///   - hasDuplicates: whether some events occur twice.
    /// - Throws: ``SampleShopError/badSize(name:allowed:)``.
    public init(
        seed: UInt64, end: Timestamp, customers: Int = 2_000, items: Int = 600, days: Int = 180,
        hasDuplicates: Bool = true
    ) throws(SampleShopError) {
        try Self.check(customers, "customers", 1...100_000)
        try Self.check(items, "items", 24...100_000)
        try Self.check(days, "days", 14...3_650)
        let clock = SampleClock(end: end, days: days)
        let sampleItems = SampleItems(seed: seed, count: items)
        let sampleCustomers = SampleCustomers(seed: seed, count: customers, days: days, clock: clock)
        var visits = SampleVisits(items: sampleItems, clock: clock, days: days, end: end)
        for (number, customer) in sampleCustomers.all.enumerated() {
            var random = SampleRandom(seed: seed, stream: .events, number: number)
            visits.add(customer, number: number, &random)
        }
        let single = visits.events
        let all = Self.sorted(single + (hasDuplicates ? Self.duplicates(of: single, seed: seed) : []))

        self.seed = seed
        self.items = sampleItems.rows
        self.customers = sampleCustomers.all.map(\.row)
        events = SampleEvents(
            events: all, customerCodes: self.customers.map(\.code), itemCodes: self.items.map(\.code))
        planted = Self.truth(
            seed: seed, end: end, days: days, events: all.count, duplicates: all.count - single.count,
            customers: sampleCustomers.all, items: sampleItems)
    }

    private static func check(_ value: Int, _ name: String, _ allowed: ClosedRange<Int>) throws(SampleShopError) {
        guard allowed.contains(value) else { throw .badSize(name: name, allowed: allowed) }
    }

    private static func duplicates(of events: [SampleEvents.Event], seed: UInt64) -> [SampleEvents.Event] {
        var random = SampleRandom(seed: seed, stream: .duplicates, number: 0)
        return events.filter { _ in random.below(eventsPerDuplicate) == 0 }
    }

    /// By time; events of one moment by the order in which they were made, since `sort` is stable only by accident.
    private static func sorted(_ events: [SampleEvents.Event]) -> [SampleEvents.Event] {
        let order = events.indices.sorted { left, right in
            (events[left].at, left) < (events[right].at, right)
        }
        return order.map { events[$0] }
    }

    private static func truth(
        seed: UInt64, end: Timestamp, days: Int, events: Int, duplicates: Int,
        customers: [SampleCustomers.Customer], items: SampleItems
    ) -> PlantedTruth {
        let tastes = SampleTaste.all
        return PlantedTruth(
            seed: seed, days: days, end: end.description, tasteShare: SampleVisits.tasteShare, events: events,
            duplicateEvents: duplicates, brokenRows: 0,
            segments: SampleSegment.all.enumerated().map { index, segment in
                PlantedTruth.Segment(
                    name: segment.name, summary: segment.summary, customers: customers.count { $0.segment == index })
            },
            tastes: tastes.enumerated().map { index, taste in
                PlantedTruth.Taste(
                    name: taste.name, categories: taste.categories.map(\.name),
                    items: items.tastes.count { $0 == index })
            },
            customers: customers.map { customer in
                PlantedTruth.Customer(
                    code: customer.row.code, segment: SampleSegment.all[customer.segment].name,
                    tastes: customer.tastes.map { tastes[$0].name }, bounces: customer.bounces)
            },
            items: zip(items.rows, items.tastes).map { item, taste in
                PlantedTruth.Item(code: item.code, taste: tastes[taste].name)
            })
    }
}
