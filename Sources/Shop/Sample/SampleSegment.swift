/// A planted segment: customers who behave alike in when, how often and how dearly they buy.
///
/// Counts are for 180 days and scale with the shop's length; hours are local to the customer.
struct SampleSegment: Sendable {
    let name: String
    let summary: String
    /// Share of all customers; the shares add up to 1.
    let share: Double
    /// The part of the shop's time in which these customers are active, 0 at its beginning and 1 at its end.
    let active: ClosedRange<Double>
    /// Visits that end in an order.
    let orders: ClosedRange<Int>
    /// Visits that do not.
    let browsingVisits: ClosedRange<Int>
    let viewsPerVisit: ClosedRange<Int>
    let itemsPerOrder: ClosedRange<Int>
    let quantity: ClosedRange<Int>
    /// Weight of each hour of the day.
    let hours: SampleWeights
    /// Weight of budget, ordinary and premium items.
    let tiers: [Double]
    /// Percent off at a purchase.
    let discountPercent: ClosedRange<Int>
    /// Probability that a visit wished for a weekday moves to the weekend.
    let weekendPull: Double
    let reviewShare: Double
    let returnShare: Double
    /// Weight of desktop, mobile and tablet.
    let devices: SampleWeights

    static let deviceNames = ["desktop", "mobile", "tablet"]

    /// Hours around peaks: 3 at the peak, 2 one hour and 1 two hours away, and a little everywhere else.
    private static func hours(around peaks: Int..., elsewhere: Double = 0.02) -> SampleWeights {
        SampleWeights(
            (0..<24).map { hour in
                peaks.reduce(elsewhere) { weight, peak in
                    let distance = min(abs(hour - peak), 24 - abs(hour - peak))
                    return weight + Double(max(0, 3 - distance))
                }
            })
    }

    /// The six segments of the sample shop.
    static let all: [SampleSegment] = [
        SampleSegment(
            name: "loyal-regulars", summary: "buy every ten days or so, several things at ordinary prices, in daytime",
            share: 0.16, active: 0.0...1.0, orders: 14...18, browsingVisits: 6...12, viewsPerVisit: 2...5,
            itemsPerOrder: 1...4, quantity: 1...2, hours: hours(around: 10, 13), tiers: [0.25, 0.65, 0.10],
            discountPercent: 0...5, weekendPull: 0.1, reviewShare: 0.20, returnShare: 0.03,
            devices: SampleWeights([0.6, 0.3, 0.1])),
        SampleSegment(
            name: "bargain-hunters", summary: "look a lot, buy the cheapest things at a discount, on weekend evenings",
            share: 0.20, active: 0.0...1.0, orders: 5...8, browsingVisits: 10...15, viewsPerVisit: 2...6,
            itemsPerOrder: 1...3, quantity: 1...3, hours: hours(around: 18, 20), tiers: [0.90, 0.10, 0.0],
            discountPercent: 15...35, weekendPull: 0.7, reviewShare: 0.08, returnShare: 0.06,
            devices: SampleWeights([0.2, 0.7, 0.1])),
        SampleSegment(
            name: "big-ticket", summary: "buy seldom, one premium thing at a time, in the afternoon", share: 0.12,
            active: 0.0...1.0, orders: 2...4, browsingVisits: 3...7, viewsPerVisit: 3...6, itemsPerOrder: 1...2,
            quantity: 1...1, hours: hours(around: 15, 16), tiers: [0.01, 0.09, 0.90], discountPercent: 0...0,
            weekendPull: 0.2, reviewShare: 0.15, returnShare: 0.05, devices: SampleWeights([0.8, 0.1, 0.1])),
        SampleSegment(
            name: "newcomers", summary: "known for less than a month, with a first order or two", share: 0.15,
            active: 0.86...1.0, orders: 5...13, browsingVisits: 20...42, viewsPerVisit: 2...5, itemsPerOrder: 1...2,
            quantity: 1...2, hours: hours(around: 12, 19), tiers: [0.35, 0.60, 0.05], discountPercent: 0...10,
            weekendPull: 0.2, reviewShare: 0.10, returnShare: 0.05, devices: SampleWeights([0.3, 0.6, 0.1])),
        SampleSegment(
            name: "lapsed", summary: "bought steadily in the first half and then stopped", share: 0.19,
            active: 0.0...0.5, orders: 10...18, browsingVisits: 6...14, viewsPerVisit: 2...5, itemsPerOrder: 1...3,
            quantity: 1...2, hours: hours(around: 11, 17), tiers: [0.35, 0.55, 0.10], discountPercent: 0...10,
            weekendPull: 0.2, reviewShare: 0.12, returnShare: 0.05, devices: SampleWeights([0.5, 0.4, 0.1])),
        SampleSegment(
            name: "night-browsers", summary: "look around for hours between 11 at night and 3, and buy little",
            share: 0.18, active: 0.0...1.0, orders: 2...4, browsingVisits: 11...17, viewsPerVisit: 4...8,
            itemsPerOrder: 1...2, quantity: 1...1, hours: hours(around: 0, 2, elsewhere: 0.0),
            tiers: [0.40, 0.55, 0.05],
            discountPercent: 0...10, weekendPull: 0.1, reviewShare: 0.05, returnShare: 0.05,
            devices: SampleWeights([0.1, 0.7, 0.2])),
    ]
}
