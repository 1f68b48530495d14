import Shop

@testable import ProfileRebuild

/// A small catalogue and a few customers that events are planted for.
enum Planted {
    /// Items 1…3 are cups at 2, 4 and 8 pounds, item 4 is a bag, item 5 is postage, item 6 a bag without a price.
    static let catalogue = ShopCatalogue([
        .init(id: 1, category: "cups", price: 2, currency: "GBP", isProduct: true),
        .init(id: 2, category: "cups", price: 4, currency: "GBP", isProduct: true),
        .init(id: 3, category: "cups", price: 8, currency: "GBP", isProduct: true),
        .init(id: 4, category: "bags", price: 10, currency: "GBP", isProduct: true),
        .init(id: 5, category: "other", price: 3, currency: "EUR", isProduct: false),
        .init(id: 6, category: "bags", price: nil, currency: "GBP", isProduct: true),
    ])

    /// Customers 1…3 live in Britain; 4 lives in China and 5 nowhere in particular.
    static let customers = ShopCustomers([
        .init(id: 1, country: "United Kingdom", region: "Kent", timezone: "Europe/London"),
        .init(id: 2, country: "United Kingdom", region: nil, timezone: nil),
        .init(id: 3, country: "United Kingdom", region: nil, timezone: nil),
        .init(id: 4, country: "China", region: "Shanghai", timezone: "Asia/Shanghai"),
        .init(id: 5, country: nil, region: nil, timezone: "Nowhere/At All"),
    ])

    static let now = moment(day: 100)

    /// 2025-01-06 00:00 UTC, a Monday, and so many days, hours and minutes later.
    static func moment(day: Int, hour: Int = 0, minute: Int = 0) -> Timestamp {
        Timestamp(microseconds: 789_436_800_000_000).advanced(bySeconds: (day * 24 + hour) * 3600 + minute * 60)
    }

    static func event(
        _ kind: EventKind = .purchase, customer: Int32? = 1, item: Int32 = 1, day: Int = 0, hour: Int = 12,
        quantity: Int32 = 1, price: Double? = 2, order: Int64? = 1
    ) -> ShopEvent {
        ShopEvent(
            kind: kind, customer: customer, item: item, at: moment(day: day, hour: hour), quantity: quantity,
            price: price, order: order)
    }

    /// What is left of events and what was counted.
    static func collect(_ events: [ShopEvent]) -> HistoryCollector {
        var collector = HistoryCollector(catalogue: catalogue, customers: customers, now: now)
        for event in events { collector.add(event) }
        collector.finish()
        return collector
    }

    /// The profiles that events make.
    static func profiles(_ events: [ShopEvent]) -> [CustomerProfile] {
        let collector = collect(events)
        guard let asOf = collector.lastEvent else { return [] }
        return collector.histories.map { CustomerProfile($0, customers: customers, asOf: asOf) }
    }

    /// Counts of the rules that dropped anything.
    static func dropped(_ events: [ShopEvent]) -> [String: Int] {
        collect(events).counts.byName.filter { $0.value > 0 }
    }
}
