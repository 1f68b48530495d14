import Postgres

private let copyEventsStatement: Statement = """
    COPY shop.event (kind, customer_id, item_id, at, quantity, price, order_ref, import_id) FROM STDIN (FORMAT binary)
    """

private let insertItemsStatement: Statement = """
    INSERT INTO shop.item (id, code, title, category, price, currency, is_product)
    SELECT new.id, new.code, new.title, new.category, new.price::numeric(12, 4), 'GBP', new.is_product
    FROM unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[])
        AS new(id, code, title, category, price, is_product)
    """

private let insertCustomersStatement: Statement = """
    INSERT INTO shop.customer (id, code, locale, country, created_at)
    SELECT new.id, new.code, 'en', nullif(new.country, ''), new.created_at
    FROM unnest($1::integer[], $2::text[], $3::text[], $4::timestamptz[]) AS new(id, code, country, created_at)
    """

extension ShopImport {
    /// Imports a file in the format of UCI's Online Retail: events, and the items and customers that they name.
    ///
    /// All of it goes in or nothing does; rows that cannot be understood are left out, counted and kept. Items and
    /// customers that are known already stay as they are.
    ///
    /// - Throws: ``AlreadyImported``, ``ByteSourceError``, ``CSVHeaderError``, `PostgresError`.
    public func onlineRetail(
        _ path: String, encoding: TextEncoding = .utf8, progress: @Sendable (ImportProgress) -> Void = { _ in }
    ) async throws -> ImportSummary {
        let sha256 = try await fileDigest(of: path)
        let source = ByteSource(path: path, encoding: encoding)
        let summary = try await pool.transaction { transaction in
            var record = try await ImportRecord(
                file: source.name, format: "online-retail", sha256: sha256, on: transaction)
            let importID = Int32(record.id)
            let known = RetailCodes(
                items: try await KnownCodes(.item, on: transaction, numbersFrom: pool),
                customers: try await KnownCodes(.customer, on: transaction, numbersFrom: pool))
            let copied = Box((record, known, OnlineRetailCatalog(items: [], customers: [])))
            _ = try await transaction.copyIn(copyEventsStatement) { writer in
                var (record, codes, _) = copied.value
                var reader = RowReader(source, format: OnlineRetail())
                var copy = BinaryCopy(reserving: 4 << 20)
                while let batch = try await reader.next() {
                    // Once for all rows: a copy of the format for each would take longer than the row itself.
                    try await codes.learn(from: reader.format)
                    for row in batch.rows {
                        copy.event(
                            row, item: codes.id(ofItem: row.item), customer: row.customer.map(codes.id(ofCustomer:)),
                            importID: importID)
                    }
                    record.keep(batch.rows.count)
                    record.reject(batch.rejected)
                    try await writer.write(copy.take())
                    progress(
                        ImportProgress(
                            rows: record.rowsRead, fileBytesRead: batch.fileBytesRead,
                            fileBytesTotal: batch.fileBytesTotal))
                }
                copy.finish()
                try await writer.write(copy.take())
                copied.value = (record, codes, reader.format.catalog)
            }
            let codes: RetailCodes
            let catalog: OnlineRetailCatalog
            (record, codes, catalog) = copied.value
            try await codes.insertNew(of: catalog, on: transaction)
            return try await record.finish(on: transaction)
        }
        try await ImportRecord.analyze(on: pool)
        return summary
    }
}

/// The database's ids of a file's items and customers, by their numbers in the file.
private struct RetailCodes: Sendable {
    var items: KnownCodes
    var customers: KnownCodes
    private var itemIDs: [Int32] = []
    private var customerIDs: [Int32] = []

    init(items: KnownCodes, customers: KnownCodes) {
        self.items = items
        self.customers = customers
    }

    /// Looks up, or hands out, the ids of all items and customers that the file has named so far.
    mutating func learn(from format: OnlineRetail) async throws {
        for number in itemIDs.count..<format.itemCount {
            itemIDs.append(try await items.id(of: format.code(ofItem: Int32(number))))
        }
        for number in customerIDs.count..<format.customerCount {
            customerIDs.append(try await customers.id(of: format.code(ofCustomer: Int32(number))))
        }
    }

    func id(ofItem number: Int32) -> Int32 { itemIDs[Int(number)] }

    func id(ofCustomer number: Int32) -> Int32 { customerIDs[Int(number)] }

    func insertNew(of catalog: OnlineRetailCatalog, on transaction: Transaction) async throws {
        let newItems = Set(items.new.map(\.id))
        let itemRows = zip(itemIDs, catalog.items).filter { newItems.contains($0.0) }
        try await transaction.execute(
            insertItemsStatement, itemRows.map(\.0), itemRows.map(\.1.code), itemRows.map(\.1.title),
            itemRows.map(\.1.category), itemRows.map(\.1.price.description), itemRows.map(\.1.isProduct))
        let newCustomers = Set(customers.new.map(\.id))
        let customerRows = zip(customerIDs, catalog.customers).filter { newCustomers.contains($0.0) }
        try await transaction.execute(
            insertCustomersStatement, customerRows.map(\.0), customerRows.map(\.1.code), customerRows.map(\.1.country),
            customerRows.map(\.1.firstSeen.date))
    }
}

extension BinaryCopy {
    /// A row of `copyEventsStatement`.
    fileprivate mutating func event(_ row: OnlineRetailRow, item: Int32, customer: Int32?, importID: Int32) {
        self.row(fields: 8)
        text(row.kind.rawValue)
        int32(customer)
        int32(item)
        timestamp(row.at)
        int32(row.quantity)
        numeric(row.price)
        text(row.invoice)
        int32(importID)
    }
}
