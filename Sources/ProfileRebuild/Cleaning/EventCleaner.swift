import Shop

/// Decides which events count, and counts the others by rule.
///
/// Rows are judged one by one by ``admit(_:)``; what is left of one customer is judged together by ``clean(_:)``.
struct EventCleaner: Sendable {
    /// The most pieces of one line that are believed. Online Retail's two lines above it (80,995 and 74,215 pieces)
    /// were typing errors, taken back within minutes; real wholesale lines there stay below 5,000.
    static let largestQuantity: Int32 = 10_000

    private let catalogue: ShopCatalogue
    private let customers: ShopCustomers
    /// 1970-01-01 00:00 UTC.
    private static let earliest = Timestamp(microseconds: -10_957 * Timestamp.microsecondsPerDay)
    private let latest: Timestamp
    private(set) var counts = CleaningCounts()

    /// - Parameters:
    ///   - now: the database's clock; later events than a day after it are impossible.
    init(catalogue: ShopCatalogue, customers: ShopCustomers, now: Timestamp) {
        self.catalogue = catalogue
        self.customers = customers
        latest = now.advanced(bySeconds: 86_400)
    }

    /// An event that passed every rule for single rows.
    ///
    /// - Returns: `nil` for one that is dropped; it has been counted.
    mutating func admit(_ event: ShopEvent) -> CleanEvent? {
        counts.read += 1
        switch judge(event) {
        case .success(let clean): return clean
        case .failure(let dropped):
            counts[dropped.rule] += 1
            return nil
        }
    }

    /// The events of one customer, in the order of time, without duplicates, cancelled purchases and the returns that
    /// cancelled them. The same events in another order give the same result.
    mutating func clean(_ events: [CleanEvent]) -> CleanHistory {
        var distinct: [CleanEvent] = []
        distinct.reserveCapacity(events.count)
        for event in events.sorted() {
            if distinct.last == event { counts[.duplicate] += 1 } else { distinct.append(event) }
        }
        let matched = ReturnMatching(distinct)
        counts[.cancelled] += 2 * matched.cancelledPairs
        counts[.returnWithoutPurchase] += matched.orphans
        return CleanHistory(events: matched.kept, returns: matched.cancelledPairs + matched.returnsKept)
    }

    private struct Dropped: Error { let rule: CleaningRule }

    private func judge(_ event: ShopEvent) -> Result<CleanEvent, Dropped> {
        func dropped(_ rule: CleaningRule) -> Result<CleanEvent, Dropped> { .failure(Dropped(rule: rule)) }

        guard let customer = event.customer else { return dropped(.guest) }
        guard customers[customer] != nil else { return dropped(.unknownCustomer) }
        guard let item = catalogue[event.item] else { return dropped(.unknownItem) }
        guard item.isProduct else { return dropped(.notAProduct) }
        guard event.at >= Self.earliest, event.at <= latest else { return dropped(.impossibleTime) }
        let isSale = event.kind == .purchase || event.kind == .return
        let price = event.price ?? item.price ?? 0
        if isSale, !price.isFinite || price <= 0 { return dropped(.badPrice) }
        guard event.quantity >= 1, event.quantity <= Self.largestQuantity else { return dropped(.badQuantity) }
        return .success(
            CleanEvent(
                at: event.at, kind: event.kind, item: event.item, quantity: event.quantity,
                price: isSale || price.isFinite && price > 0 ? price : 0, order: event.order, device: event.device))
    }
}

/// What is left of one customer's events.
struct CleanHistory: Sendable, Equatable {
    /// In the order of time.
    var events: [CleanEvent]
    /// Lines sent back or cancelled, those whose purchase was dropped with them included.
    var returns: Int
}
