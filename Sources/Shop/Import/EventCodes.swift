import Postgres

private let insertItemsStatement: Statement = """
    INSERT INTO shop.item (id, code, title)
    SELECT new.id, new.code, new.code FROM unnest($1::integer[], $2::text[]) AS new(id, code)
    """

private let insertCustomersStatement: Statement = """
    INSERT INTO shop.customer (id, code, created_at)
    SELECT new.id, new.code, new.created_at
    FROM unnest($1::integer[], $2::text[], $3::timestamptz[]) AS new(id, code, created_at)
    """

/// The ids of the items and customers that events name, and those that a map lets an import add.
struct EventCodes: Sendable {
    private(set) var items: KnownCodes
    private(set) var customers: KnownCodes
    private let addsItems: Bool
    private let addsCustomers: Bool
    /// When each customer that was added did something first.
    private var firstSeen: [Int32: Timestamp] = [:]

    init(items: KnownCodes, customers: KnownCodes, map: ImportMap?) {
        self.items = items
        self.customers = customers
        addsItems = map?.addsUnknownItems ?? false
        addsCustomers = map?.addsUnknownCustomers ?? false
    }

    /// Whether ``learn(from:)`` has anything to do.
    var addsUnknown: Bool { addsItems || addsCustomers }

    /// Hands out ids to codes that are not known, where the map allows it. A row whose item stays unknown is left out, so
    /// its customer is not added for it.
    mutating func learn(from rows: [EventRow]) async throws {
        for row in rows {
            if items[row.item] == nil {
                guard addsItems else { continue }
                _ = try await items.id(of: row.item)
            }
            guard addsCustomers, let code = row.customer else { continue }
            if let id = customers[code] {
                if let seen = firstSeen[id], row.at < seen { firstSeen[id] = row.at }
            } else {
                firstSeen[try await customers.id(of: code)] = row.at
            }
        }
    }

    /// Writes what was added.
    func insertNew(on transaction: Transaction) async throws {
        if !items.new.isEmpty {
            try await transaction.execute(insertItemsStatement, items.new.map(\.id), items.new.map(\.code))
        }
        if !customers.new.isEmpty {
            try await transaction.execute(
                insertCustomersStatement, customers.new.map(\.id), customers.new.map(\.code),
                customers.new.map { firstSeen[$0.id]?.date })
        }
    }
}
