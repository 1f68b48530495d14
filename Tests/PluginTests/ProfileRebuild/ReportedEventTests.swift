import Foundation
import Millrace
import Postgres
import TestSupport
import Testing

@testable import ProfileRebuild

@Suite("Events by SQL", .database)
struct ReportedEventTests {
    private static let shop: Statement = """
        INSERT INTO shop.item (code, title, category, price) VALUES ('A1', 'Cup', 'cups', 5), ('B1', 'Bag', 'bags', 20);
        INSERT INTO shop.customer (code, country) SELECT 'C' || n, 'United Kingdom' FROM generate_series(1, 40) AS n;
        """

    /// Runs a body on a connection that has no more rights than a producer.
    private func asProducer<Result: Sendable>(
        _ body: @Sendable (Connection) async throws -> Result
    ) async throws -> Result {
        let database = try TestDatabase.current
        try await database.pool.withConnection { try await $0.script(Self.shop) }
        let connection = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        do {
            try await connection.execute("SET ROLE millrace_producer")
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    @Test("a producer inserts events by the shop's codes, and profile-rebuild counts them")
    func profiles() async throws {
        let database = try TestDatabase.current
        try await asProducer { connection in
            try await connection.execute(
                """
                INSERT INTO shop.v_event (kind, customer, item, at, quantity, price, session, device, order_ref)
                SELECT 'purchase', 'C' || n, CASE WHEN n <= 20 THEN 'A1' ELSE 'B1' END,
                    '2025-01-06 10:00Z'::timestamptz + visit * interval '1 week', 2, 4.5, NULL, 'mobile',
                    'O' || n || '-' || visit
                FROM generate_series(1, 40) AS n, generate_series(1, CASE WHEN n <= 20 THEN 12 ELSE 1 END) AS visit
                """)
            try await connection.execute(
                "INSERT INTO shop.v_event (kind, item) VALUES ('view', 'A1')")
        }
        var registry = PluginRegistry()
        try ProfileRebuildPlugins.register(in: &registry)
        let standing = try await database.withWorker(registry) {
            let row = try await database.pool.first("SELECT millrace.enqueue('profile-rebuild', '{\"clusters\": 2}')")
            return try await database.end(of: JobID(try #require(row)[0]))
        }
        #expect(standing.state == .succeeded)
        struct Result: Decodable {
            var customers, events_read: Int
            var dropped: [String: Int]
        }
        let result = try #require(standing.result).decode(Result.self)
        #expect(result.customers == 40 && result.events_read == 261)
        #expect(result.dropped.filter { $0.value > 0 } == ["guest": 1])
        let regular = try #require(
            try await database.pool.first(
                """
                SELECT orders, monetary FROM shop.profile JOIN shop.customer ON customer.id = customer_id WHERE code = 'C7'
                """))
        #expect(try regular["orders"] == 12)
        #expect(try regular["monetary"] == 9.0)
        let events = try await database.pool.query(
            "SELECT device, quantity, at > clock_timestamp() - interval '1 hour' FROM shop.v_event WHERE kind = 'view'")
        #expect(try events.map { try $0[0] as String? } == [nil])
        #expect(try events[0][1] == 1)
        #expect(try events[0][2] == true)
    }

    @Test("a bad row is refused with its column, what is wrong and the way out, and the whole statement with it")
    func refused() async throws {
        let rows: [(Statement, SQLState, String, String)] = [
            (
                "INSERT INTO shop.v_event (kind, item) VALUES ('glance', 'A1')", .checkViolation,
                "kind: 'glance' is none of the known kinds", "use view, click, cart, purchase, return, review"
            ),
            ("INSERT INTO shop.v_event (item) VALUES ('A1')", .checkViolation, "kind: NULL is none of", "use view"),
            (
                "INSERT INTO shop.v_event (kind, item) VALUES ('view', 'A1'), ('view', 'ZZ')", .foreignKeyViolation,
                "item: 'ZZ' is not in the catalogue", "import its row of items.csv first"
            ),
            (
                "INSERT INTO shop.v_event (kind, item, customer) VALUES ('view', 'A1', 'C99')", .foreignKeyViolation,
                "customer: 'C99' is no known customer", "leave it NULL for a guest"
            ),
            (
                "INSERT INTO shop.v_event (kind, item, at) VALUES ('view', 'A1', 'infinity')", .checkViolation,
                "at: infinity is before 1970 or more than a day ahead", "leave it out for now"
            ),
            (
                "INSERT INTO shop.v_event (kind, item, at) VALUES ('view', 'A1', '1969-12-31Z')", .checkViolation,
                "is before 1970", "leave it out for now"
            ),
            (
                "INSERT INTO shop.v_event (kind, item, quantity) VALUES ('return', 'A1', -1)", .checkViolation,
                "quantity: -1 is not above zero", "an event of the kind return"
            ),
            (
                "INSERT INTO shop.v_event (kind, item, price) VALUES ('view', 'A1', -0.01)", .checkViolation,
                "price: -0.0100 is no price", "or leave it out"
            ),
            (
                "INSERT INTO shop.v_event (kind, item, price) VALUES ('view', 'A1', 'NaN')", .checkViolation,
                "price: NaN is no price", "or leave it out"
            ),
        ]
        try await asProducer { connection in
            for (statement, state, message, hint) in rows {
                let error = await #expect(throws: PostgresError.self) { try await connection.execute(statement) }
                #expect(error?.sqlState == state)
                #expect(error?.message.contains(message) == true, "\(String(describing: error))")
                #expect(error?.hint?.contains(hint) == true, "\(String(describing: error))")
            }
            for statement: Statement in [
                "INSERT INTO shop.event (kind, item_id, at) VALUES ('view', 1, now())", "SELECT * FROM shop.v_event",
                "SELECT * FROM shop.customer", "TRUNCATE shop.event",
            ] {
                let error = await #expect(throws: PostgresError.self) { try await connection.execute(statement) }
                #expect(error?.sqlState == .insufficientPrivilege)
            }
        }
        #expect(try await TestDatabase.current.pool.query("SELECT FROM shop.event").isEmpty)
    }
}
