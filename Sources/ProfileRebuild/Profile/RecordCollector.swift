import Shop

/// Turns the stream of events, customer by customer, into one record each; holds the events of one customer at a time.
struct RecordCollector: Sendable {
    private let catalogue: ShopCatalogue
    private let customers: ShopCustomers
    private let halfLifeDays: Double
    private var cleaner: EventCleaner
    private var hours = LocalHours()
    private var current: Int32?
    private var pending: [CleanEvent] = []
    private var records: [CustomerRecord] = []
    /// The latest event that was kept, of any kind.
    private(set) var lastEvent: Timestamp?

    /// - Parameters:
    ///   - halfLifeDays: of the affinities.
    ///   - now: the database's clock.
    init(catalogue: ShopCatalogue, customers: ShopCustomers, halfLifeDays: Double, now: Timestamp) {
        self.catalogue = catalogue
        self.customers = customers
        self.halfLifeDays = halfLifeDays
        cleaner = EventCleaner(catalogue: catalogue, customers: customers, now: now)
    }

    /// What the cleaning has counted; complete after ``finish()``.
    var counts: CleaningCounts { cleaner.counts }

    /// Takes the next event. Events of one customer must follow each other; their order does not matter.
    mutating func add(_ event: ShopEvent) {
        if event.customer != current {
            finish()
            current = event.customer
        }
        if let clean = cleaner.admit(event) { pending.append(clean) }
    }

    /// Ends the last customer.
    mutating func finish() {
        guard let customer = current, !pending.isEmpty else { return }
        let history = cleaner.clean(pending)
        pending.removeAll(keepingCapacity: true)
        if let last = history.events.last?.at { lastEvent = max(last, lastEvent ?? last) }
        let zone = customers[customer]?.timezone
        let record = CustomerRecord(
            customer: customer, history: history, catalogue: catalogue, customers: customers, halfLifeDays: halfLifeDays
        ) { moment in
            hours.hourOfWeek(of: moment, zone: zone)
        }
        if let record { records.append(record) }
    }

    /// Hands over the records made since the last time.
    mutating func take() -> [CustomerRecord] {
        defer { records.removeAll(keepingCapacity: true) }
        return records
    }
}
