import Foundation
import Millrace
import Postgres
import Shop

private let itemStatement: Statement =
    "SELECT id, category, price::float8, is_product, brand FROM shop.item ORDER BY id"

private let customerStatement: Statement =
    "SELECT id, country, region, timezone FROM shop.customer WHERE id BETWEEN $1 AND $2"

// Sorted by customer only: the cleaning sorts one customer's events itself, on all columns. The references are hashed,
// for they are only ever compared; two different ones of one customer meet with a probability of 2⁻⁶⁴. The snapshot is
// read once, not for each row.
private let eventStatement: Statement = """
    SELECT kind::text, customer_id, item_id, at, quantity, price::float8,
        hashtextextended(coalesce(order_ref, session), 0), device
    FROM shop.event
    WHERE customer_id BETWEEN $2 AND $3
        AND pg_visible_in_snapshot(transaction_id, (SELECT $1::text::pg_snapshot))
    ORDER BY customer_id
    """

private let changedEventStatement: Statement = """
    SELECT kind::text, customer_id, item_id, at, quantity, price::float8,
        hashtextextended(coalesce(order_ref, session), 0), device
    FROM shop.event
    WHERE customer_id BETWEEN $2 AND $3
        AND pg_visible_in_snapshot(transaction_id, (SELECT $1::text::pg_snapshot))
        AND customer_id IN (SELECT shop.changed_customers($4::text::pg_snapshot, $1::text::pg_snapshot))
    ORDER BY customer_id
    """

/// What reading one shard's events came to, besides its records.
struct ShardTally: Sendable, Equatable {
    var counts = CleaningCounts()
    /// `nil` when no event was kept.
    var lastEvent: Timestamp?
}

extension Transaction {
    /// Reads the events of some customers, cleans them as they come, and hands out the records, a few thousand events'
    /// worth at a time.
    ///
    /// - Parameters:
    ///   - progress: called now and then with the events read so far.
    ///   - take: given the next records, ascending by customer.
    /// - Throws: `PermanentFailure` for a kind of event that this version does not know; what the closures throw.
    func readRecords(
        _ range: CustomerRange, of plan: BuildPlan, progress: @Sendable (Int) throws -> Void,
        take: ([CustomerRecord]) throws -> Void
    ) async throws -> ShardTally {
        var collector = RecordCollector(
            catalogue: ShopCatalogue(try await items()),
            customers: ShopCustomers(try await customers(in: range), homeCountry: plan.homeCountry),
            halfLifeDays: plan.arguments.halfLifeDays, now: plan.now)
        var read = 0
        for try await row in events(in: range, of: plan) {
            collector.add(try ShopEvent(row))
            read += 1
            if read.isMultiple(of: 4096) {
                try progress(read)
                try take(collector.take())
            }
        }
        collector.finish()
        try progress(read)
        try take(collector.take())
        return ShardTally(counts: collector.counts, lastEvent: collector.lastEvent)
    }

    private func events(in range: CustomerRange, of plan: BuildPlan) -> RowStream {
        guard let base = plan.base else { return stream(eventStatement, plan.snapshot, range.first, range.last) }
        return stream(changedEventStatement, plan.snapshot, range.first, range.last, base.watermark)
    }

    private func items() async throws -> [ShopCatalogue.Item] {
        try await query(itemStatement).map { row in
            let (id, category, price, isProduct, brand) = try row.decode(
                Int32.self, String.self, Double?.self, Bool.self, String?.self)
            return ShopCatalogue.Item(id: id, category: category, price: price, isProduct: isProduct, brand: brand)
        }
    }

    private func customers(in range: CustomerRange) async throws -> [ShopCustomers.Customer] {
        try await query(customerStatement, range.first, range.last).map { row in
            let (id, country, region, timezone) = try row.decode(
                Int32.self, String?.self, String?.self, String?.self)
            return ShopCustomers.Customer(id: id, country: country, region: region, timezone: timezone)
        }
    }
}

extension ShopEvent {
    /// A row of the statements above.
    fileprivate init(_ row: Row) throws {
        let kind: String = try row[0]
        guard let known = EventKind(rawValue: kind) else {
            throw PermanentFailure(
                "shop.event holds an event of kind \"\(kind)\", which this version does not know  →  run a worker of "
                    + "the version that the database was migrated to")
        }
        self.init(
            kind: known, customer: try row[1], item: try row[2], at: Timestamp(try row[3]), quantity: try row[4],
            price: try row[5], order: try row[6], device: try row[7])
    }
}
