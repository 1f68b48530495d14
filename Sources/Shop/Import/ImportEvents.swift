import Postgres

private let copyEventsStatement: Statement = """
    COPY shop.event (kind, customer_id, item_id, at, quantity, price, order_ref, session, device, import_id)
    FROM STDIN (FORMAT binary)
    """

extension ShopImport {
    /// Imports `events.csv`. Rows that name an unknown item or customer are left out: import those first.
    ///
    /// - Throws: ``AlreadyImported``, ``ByteSourceError``, ``CSVHeaderError``, `PostgresError`.
    public func events(
        _ path: String, encoding: TextEncoding = .utf8, progress: @Sendable (ImportProgress) -> Void = { _ in }
    ) async throws -> ImportSummary {
        let sha256 = try await fileDigest(of: path)
        let source = ByteSource(path: path, encoding: encoding)
        let summary = try await pool.transaction { transaction in
            let begun = try await ImportRecord(file: source.name, format: "events", sha256: sha256, on: transaction)
            let items = try await KnownCodes(.item, on: transaction, numbersFrom: pool)
            let customers = try await KnownCodes(.customer, on: transaction, numbersFrom: pool)
            let ended = Box(begun)
            _ = try await transaction.copyIn(copyEventsStatement) { writer in
                var record = ended.value
                var reader = CSVReader(source, format: EventsCSV())
                var copy = BinaryCopy(reserving: 4 << 20)
                while let batch = try await reader.next() {
                    for (row, line) in zip(batch.rows, batch.lines) {
                        guard let item = items[row.item] else {
                            record.reject([row.unknownItem(file: source.name, line: line)])
                            continue
                        }
                        let customer = row.customer.map { customers[$0] }
                        if case .some(nil) = customer {
                            record.reject([row.unknownCustomer(file: source.name, line: line)])
                            continue
                        }
                        copy.event(row, item: item, customer: customer ?? nil, importID: Int32(record.id))
                        record.keep(1)
                    }
                    record.reject(batch.rejected)
                    try await writer.write(copy.take())
                    progress(
                        ImportProgress(
                            rows: record.rowsRead, fileBytesRead: batch.fileBytesRead,
                            fileBytesTotal: batch.fileBytesTotal))
                }
                copy.finish()
                try await writer.write(copy.take())
                ended.value = record
            }
            return try await ended.value.finish(on: transaction)
        }
        try await ImportRecord.analyze(on: pool)
        return summary
    }
}

extension EventRow {
    fileprivate func unknownItem(file: String, line: Int) -> RejectedRow {
        RejectedRow(file: file, line: line, column: "item", value: item, reason: .unknownItem, text: csv)
    }

    fileprivate func unknownCustomer(file: String, line: Int) -> RejectedRow {
        RejectedRow(file: file, line: line, column: "customer", value: customer, reason: .unknownCustomer, text: csv)
    }

    private var csv: String {
        var bytes: [UInt8] = []
        EventsCSV.append(self, to: &bytes)
        return String(decoding: bytes.dropLast(), as: UTF8.self)
    }
}

extension BinaryCopy {
    /// A row of `copyEventsStatement`.
    fileprivate mutating func event(_ row: EventRow, item: Int32, customer: Int32?, importID: Int32) {
        self.row(fields: 10)
        text(row.kind.rawValue)
        int32(customer)
        int32(item)
        timestamp(row.at)
        int32(row.quantity)
        numeric(row.price)
        text(row.orderReference)
        text(row.session)
        text(row.device)
        int32(importID)
    }
}
