import Millrace
import Postgres
import Shop

private let itemStatement: Statement =
    "SELECT id, category, price::float8, currency, is_product FROM shop.item ORDER BY id"

private let customerStatement: Statement =
    "SELECT id, country, region, timezone FROM shop.customer"

private let sizeStatement: Statement = "SELECT count(*), now() FROM shop.event"

// Sorted by customer only: the cleaning sorts one customer's events itself, on all columns. The references are hashed,
// for they are only ever compared; two different ones of one customer meet with a probability of 2⁻⁶⁴.
private let eventStatement: Statement = """
    SELECT kind::text, customer_id, item_id, at, quantity, price::float8,
        hashtextextended(coalesce(order_ref, session), 0)
    FROM shop.event
    ORDER BY customer_id
    """

extension Transaction {
    /// Reads the shop and cleans its events as they come, one customer at a time.
    ///
    /// - Parameter progress: called now and then with the events read so far and the number of all.
    /// - Throws: `PermanentFailure` for a kind of event that this version does not know.
    func cleanedShop(progress: @Sendable (Int, Int) throws -> Void) async throws -> CleanedShop {
        let catalogue = ShopCatalogue(try await items())
        let customers = ShopCustomers(try await customers())
        let (total, now) = try await eventCount()
        var collector = HistoryCollector(catalogue: catalogue, customers: customers, now: now)
        var read = 0
        for try await row in stream(eventStatement) {
            collector.add(try ShopEvent(row))
            read += 1
            if read.isMultiple(of: 4096) { try progress(read, total) }
        }
        collector.finish()
        try progress(read, total)
        return CleanedShop(
            catalogue: catalogue, customers: customers, histories: collector.histories, counts: collector.counts,
            lastEvent: collector.lastEvent)
    }

    private func items() async throws -> [ShopCatalogue.Item] {
        try await query(itemStatement).map { row in
            let (id, category, price, currency, isProduct) = try row.decode(
                Int32.self, String.self, Double?.self, String.self, Bool.self)
            return ShopCatalogue.Item(
                id: id, category: category, price: price, currency: currency, isProduct: isProduct)
        }
    }

    private func customers() async throws -> [ShopCustomers.Customer] {
        try await query(customerStatement).map { row in
            let (id, country, region, timezone) = try row.decode(
                Int32.self, String?.self, String?.self, String?.self)
            return ShopCustomers.Customer(id: id, country: country, region: region, timezone: timezone)
        }
    }

    private func eventCount() async throws -> (count: Int, now: Timestamp) {
        guard let row = try await first(sizeStatement) else { return (0, Timestamp(microseconds: 0)) }
        return (try row[0], Timestamp(try row[1]))
    }
}

extension ShopEvent {
    /// A row of the statement above.
    fileprivate init(_ row: Row) throws {
        let kind: String = try row[0]
        guard let known = EventKind(rawValue: kind) else {
            throw PermanentFailure(
                "shop.event holds an event of kind \"\(kind)\", which this version does not know  →  run a worker of "
                    + "the version that the database was migrated to")
        }
        self.init(
            kind: known, customer: try row[1], item: try row[2], at: Timestamp(try row[3]), quantity: try row[4],
            price: try row[5], order: try row[6])
    }
}
