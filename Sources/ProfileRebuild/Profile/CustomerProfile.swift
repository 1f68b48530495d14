import Shop

/// A customer's numbers as of a moment, from which recency counts back.
struct CustomerProfile: Sendable, Equatable {
    let measures: CustomerMeasures
    /// Days from the last order to that moment.
    let recencyDays: Double
    /// Days from the first order to that moment.
    let tenureDays: Double
    /// Orders per 30 days since the first order, at least 30 days.
    let frequency: Double

    /// - Parameter asOf: the last event of all.
    init(_ measures: CustomerMeasures, asOf: Timestamp) {
        self.measures = measures
        recencyDays = asOf.days(since: measures.lastOrder)
        tenureDays = asOf.days(since: measures.firstOrder)
        frequency = Double(measures.orders) / max(1, tenureDays / 30)
    }
}
