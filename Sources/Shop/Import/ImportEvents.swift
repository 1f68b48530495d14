import Postgres

private let copyEventsStatement: Statement = """
    COPY shop.event (kind, customer_id, item_id, at, quantity, price, order_ref, session, device, import_id)
    FROM STDIN (FORMAT binary)
    """

extension ShopImport {
    /// Imports events: `events.csv`, JSON lines of the same fields, or whatever a map describes. Rows that name an unknown
    /// item or customer are left out, unless the map adds those.
    ///
    /// - Parameters:
    ///   - encoding: what the file is written in; what the map says, or else UTF-8, when left out.
    ///   - map: how the file is written, when it has not the project's own columns.
    /// - Throws: ``AlreadyImported``, ``ByteSourceError``, ``CSVHeaderError``, ``ImportMapErrors``, `PostgresError`.
    public func events(
        _ path: String, encoding: TextEncoding? = nil, map: ImportMap? = nil,
        progress: @Sendable (ImportProgress) -> Void = { _ in }
    ) async throws -> ImportSummary {
        let sha256 = try await fileDigest(of: path)
        let source = ByteSource(path: path, encoding: encoding ?? map?.encoding ?? .utf8)
        let summary = try await pool.transaction { transaction in
            let record = try await ImportRecord(file: source.name, format: "events", sha256: sha256, on: transaction)
            let codes = EventCodes(
                items: try await KnownCodes(.item, on: transaction, numbersFrom: pool),
                customers: try await KnownCodes(.customer, on: transaction, numbersFrom: pool), map: map)
            let copied = Box((record, codes))
            _ = try await transaction.copyIn(copyEventsStatement) { writer in
                var (record, codes) = copied.value
                var reader = RowReader(source, format: EventFormat(), layout: map?.layout)
                var copy = BinaryCopy(reserving: 4 << 20)
                while let batch = try await reader.next() {
                    if codes.addsUnknown { try await codes.learn(from: batch.rows) }
                    for (row, line) in zip(batch.rows, batch.lines) {
                        guard let item = codes.items[row.item] else {
                            record.reject([row.unknownItem(file: source.name, line: line)])
                            continue
                        }
                        let customer = row.customer.map { codes.customers[$0] }
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
                copied.value = (record, codes)
            }
            try await copied.value.1.insertNew(on: transaction)
            return try await copied.value.0.finish(on: transaction)
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
        EventFormat.append(self, to: &bytes)
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
