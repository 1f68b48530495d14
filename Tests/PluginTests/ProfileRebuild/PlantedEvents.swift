import Millrace
import Shop

@testable import ProfileRebuild

/// A small catalogue and a few customers that events are planted for.
enum Planted {
    /// Items 1…3 are cups at 2, 4 and 8 pounds, item 4 is a bag, item 5 is postage, item 6 a bag without a price;
    /// item 1 is of brand Acme, item 4 of brand Bolt.
    static let catalogue = ShopCatalogue([
        .init(id: 1, category: "cups", price: 2, isProduct: true, brand: "Acme"),
        .init(id: 2, category: "cups", price: 4, isProduct: true),
        .init(id: 3, category: "cups", price: 8, isProduct: true),
        .init(id: 4, category: "bags", price: 10, isProduct: true, brand: "Bolt"),
        .init(id: 5, category: "other", price: 3, isProduct: false),
        .init(id: 6, category: "bags", price: nil, isProduct: true),
    ])

    /// Customers 1…3 live in Britain; 4 lives in China and 5 nowhere in particular.
    static let customers = ShopCustomers(
        [
            .init(id: 1, country: "United Kingdom", region: "Kent", timezone: "Europe/London"),
            .init(id: 2, country: "United Kingdom", region: nil, timezone: nil),
            .init(id: 3, country: "United Kingdom", region: nil, timezone: nil),
            .init(id: 4, country: "China", region: "Shanghai", timezone: "Asia/Shanghai"),
            .init(id: 5, country: nil, region: nil, timezone: "Nowhere/At All"),
        ], homeCountry: "United Kingdom")

    static let now = moment(day: 100)

    /// 2025-01-06 00:00 UTC, a Monday, and so many days, hours and minutes later.
    static func moment(day: Int, hour: Int = 0, minute: Int = 0) -> Timestamp {
        Timestamp(microseconds: 789_436_800_000_000).advanced(bySeconds: (day * 24 + hour) * 3600 + minute * 60)
    }

    static func event(
        _ kind: EventKind = .purchase, customer: Int32? = 1, item: Int32 = 1, day: Int = 0, hour: Int = 12,
        minute: Int = 0, quantity: Int32 = 1, price: Double? = 2, order: Int64? = 1, device: String? = nil
    ) -> ShopEvent {
        ShopEvent(
            kind: kind, customer: customer, item: item, at: moment(day: day, hour: hour, minute: minute),
            quantity: quantity, price: price, order: order, device: device)
    }

    /// What is left of events and what was counted.
    static func collect(_ events: [ShopEvent]) -> CollectedRecords {
        CollectedRecords(events, catalogue: catalogue, customers: customers, now: now)
    }

    /// The records that events make.
    static func records(_ events: [ShopEvent]) -> [CustomerRecord] { collect(events).records }

    /// The profiles that events make as of the last of them.
    static func profiles(_ events: [ShopEvent]) -> [CustomerProfile] { collect(events).profiles }

    /// Counts of the rules that dropped anything.
    static func dropped(_ events: [ShopEvent]) -> [String: Int] {
        collect(events).tally.counts.byName.filter { $0.value > 0 }
    }
}

/// What reading events came to.
struct CollectedRecords: Equatable {
    let records: [CustomerRecord]
    let tally: ShardTally

    init(_ events: [ShopEvent], catalogue: ShopCatalogue, customers: ShopCustomers, now: Timestamp) {
        var collector = RecordCollector(catalogue: catalogue, customers: customers, halfLifeDays: 90, now: now)
        for event in events { collector.add(event) }
        collector.finish()
        records = collector.take()
        tally = ShardTally(counts: collector.counts, lastEvent: collector.lastEvent)
    }

    var categories: LargestCategories { LargestCategories(records) }
    var measures: [CustomerMeasures] { records.map { CustomerMeasures($0, categories: categories) } }

    var profiles: [CustomerProfile] {
        guard let asOf = tally.lastEvent else { return [] }
        return measures.map { CustomerProfile($0, asOf: asOf) }
    }

    func build(_ search: SegmentSearch, id: Int64 = 1, check: () throws -> Void = {}) throws -> FullBuild {
        var arguments = ProfileRebuildArguments()
        arguments.clusters = search.clusters.map(CountChoice.fixed) ?? .auto
        (arguments.minClusters, arguments.maxClusters) = (search.range.lowerBound, search.range.upperBound)
        (arguments.restarts, arguments.seed) = (search.restarts, search.seed)
        return try FullBuild(
            measures, categories: categories, tally: tally,
            plan: BuildPlan(
                build: id, arguments: arguments, snapshot: "1:1:", clusterID: 1, clock: 0, homeCountry: nil,
                currency: "GBP", events: 0, guests: 0, base: nil, fullBecause: nil), check: check)
    }
}
