import Postgres

private let itemsStatement: Statement = "SELECT code, id FROM shop.item"
private let customersStatement: Statement = "SELECT code, id FROM shop.customer"
private let itemNumbersStatement: Statement =
    "SELECT nextval(pg_get_serial_sequence('shop.item', 'id'))::integer FROM generate_series(1, $1)"
private let customerNumbersStatement: Statement =
    "SELECT nextval(pg_get_serial_sequence('shop.customer', 'id'))::integer FROM generate_series(1, $1)"

/// The ids of codes, known ones from the database and new ones from its sequences, taken in blocks over a connection of
/// their own: the one that imports is busy with COPY.
struct KnownCodes: Sendable {
    /// Whose codes.
    enum Kind: Sendable {
        case item, customer
    }

    private let kind: Kind
    private let pool: Pool
    private var ids: [String: Int32] = [:]
    private var reserve: ArraySlice<Int32> = []
    /// Codes that were not in the database, in the order in which they came.
    private(set) var new: [(code: String, id: Int32)] = []

    init(_ kind: Kind, on transaction: Transaction, numbersFrom pool: Pool) async throws {
        self.kind = kind
        self.pool = pool
        let rows = try await transaction.query(kind == .item ? itemsStatement : customersStatement)
        ids.reserveCapacity(rows.count)
        for row in rows {
            let (code, id) = try row.decode(String.self, Int32.self)
            ids[code] = id
        }
    }

    /// The id of a code that is in the database.
    subscript(code: String) -> Int32? { ids[code] }

    /// The id of a code, a new one where it is not in the database yet.
    mutating func id(of code: String) async throws -> Int32 {
        if let id = ids[code] { return id }
        if reserve.isEmpty {
            let statement = kind == .item ? itemNumbersStatement : customerNumbersStatement
            let numbers: [Int32] = try await pool.query(statement, Int32(1000)).map { try $0[0] }
            reserve = numbers[...]
        }
        let id = reserve.removeFirst()
        ids[code] = id
        new.append((code, id))
        return id
    }
}
