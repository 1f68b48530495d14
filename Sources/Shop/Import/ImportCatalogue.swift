import Postgres

private let upsertItemsStatement: Statement = """
    INSERT INTO shop.item (code, title, category, brand, price, currency, in_stock)
    SELECT given.code, given.title, coalesce(given.category, 'other'), given.brand, given.price::numeric(12, 4),
        given.currency, given.in_stock
    FROM (
        SELECT DISTINCT ON (code) * FROM unnest(
            $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[]
        ) WITH ORDINALITY AS given(code, title, category, brand, price, currency, in_stock, place)
        ORDER BY code, place DESC
    ) AS given
    ON CONFLICT (code) DO UPDATE SET title = excluded.title, category = excluded.category, brand = excluded.brand,
        price = excluded.price, currency = excluded.currency, in_stock = excluded.in_stock
    """

private let upsertCustomersStatement: Statement = """
    WITH given AS (
        SELECT DISTINCT ON (code) * FROM unnest(
            $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
            $9::boolean[], $10::timestamptz[]
        ) WITH ORDINALITY
            AS given(code, name, email, locale, country, region, timezone, created_at, consents, consent_at, place)
        ORDER BY code, place DESC
    ), kept AS (
        INSERT INTO shop.customer (code, name, email, locale, country, region, timezone, created_at)
        SELECT code, name, email, locale, country, region, timezone, created_at FROM given
        ON CONFLICT (code) DO UPDATE SET name = excluded.name, email = excluded.email, locale = excluded.locale,
            country = excluded.country, region = excluded.region, timezone = excluded.timezone,
            created_at = excluded.created_at
        RETURNING id, code
    )
    -- What the customer said last counts: an older file does not overrule a newer answer.
    INSERT INTO shop.consent AS known (customer_id, channel, granted, at, source)
    SELECT kept.id, 'email', given.consents, coalesce(given.consent_at, given.created_at), 'import'
    FROM kept JOIN given USING (code)
    ON CONFLICT (customer_id, channel) DO UPDATE
    SET granted = excluded.granted, at = excluded.at, source = excluded.source
    WHERE known.at <= excluded.at
    """

extension ShopImport {
    /// Imports items: `items.csv`, JSON lines of the same fields, or what a map describes. A known code gets the new title,
    /// category, brand, price and stock.
    ///
    /// - Parameters:
    ///   - encoding: what the file is written in; what the map says, or else UTF-8, when left out.
    ///   - map: how the file is written, when it has not the project's own columns.
    /// - Throws: ``AlreadyImported``, ``ByteSourceError``, ``CSVHeaderError``, ``ImportMapErrors``, `PostgresError`.
    public func items(
        _ path: String, encoding: TextEncoding? = nil, map: ImportMap? = nil,
        progress: @Sendable (ImportProgress) -> Void = { _ in }
    ) async throws -> ImportSummary {
        try await upsert(path, encoding, map, as: "items", ItemFormat(), progress) { rows, transaction in
            try await transaction.execute(
                upsertItemsStatement, rows.map(\.code), rows.map(\.title), rows.map(\.category), rows.map(\.brand),
                rows.map(\.price.description), rows.map(\.currency), rows.map(\.isInStock))
        }
    }

    /// Imports customers with what each has consented to: `customers.csv`, JSON lines of the same fields, or what a map
    /// describes. A known code gets the new facts.
    ///
    /// - Parameters:
    ///   - encoding: what the file is written in; what the map says, or else UTF-8, when left out.
    ///   - map: how the file is written, when it has not the project's own columns.
    /// - Throws: ``AlreadyImported``, ``ByteSourceError``, ``CSVHeaderError``, ``ImportMapErrors``, `PostgresError`.
    public func customers(
        _ path: String, encoding: TextEncoding? = nil, map: ImportMap? = nil,
        progress: @Sendable (ImportProgress) -> Void = { _ in }
    ) async throws -> ImportSummary {
        try await upsert(path, encoding, map, as: "customers", CustomerFormat(), progress) { rows, transaction in
            try await transaction.execute(
                upsertCustomersStatement, rows.map(\.code), rows.map(\.name), rows.map(\.email), rows.map(\.locale),
                rows.map(\.country), rows.map(\.region), rows.map(\.timeZone), rows.map(\.createdAt.date),
                rows.map(\.consentsToEmail), rows.map { $0.consentAt?.date })
        }
    }

    private func upsert<Format: RowFormat>(
        _ path: String, _ encoding: TextEncoding?, _ map: ImportMap?, as name: String, _ format: Format,
        _ progress: @Sendable (ImportProgress) -> Void,
        _ write: @Sendable ([Format.Row], Transaction) async throws -> Void
    ) async throws -> ImportSummary {
        let sha256 = try await fileDigest(of: path)
        let source = ByteSource(path: path, encoding: encoding ?? map?.encoding ?? .utf8)
        let summary = try await pool.transaction { transaction in
            var record = try await ImportRecord(file: source.name, format: name, sha256: sha256, on: transaction)
            var reader = RowReader(source, format: format, layout: map?.layout)
            while let batch = try await reader.next() {
                for start in stride(from: 0, to: batch.rows.count, by: 5000) {
                    try await write(Array(batch.rows[start..<min(start + 5000, batch.rows.count)]), transaction)
                }
                record.keep(batch.rows.count)
                record.reject(batch.rejected)
                progress(
                    ImportProgress(
                        rows: record.rowsRead, fileBytesRead: batch.fileBytesRead, fileBytesTotal: batch.fileBytesTotal)
                )
            }
            return try await record.finish(on: transaction)
        }
        try await ImportRecord.analyze(on: pool)
        return summary
    }
}
