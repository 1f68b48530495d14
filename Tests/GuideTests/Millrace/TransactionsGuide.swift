import Millrace
import MillraceTesting
import Postgres
import TestSupport
import Testing

// region: plugin
/// Books a payment, once.
struct BookPayment: Plugin {
    struct Arguments: Codable, Sendable {
        var order: Int
        var cents: Int
    }

    static let name = "book-payment"

    func run(_ job: JobContext<Arguments>) async throws {
        try await job.complete { transaction in
            try await transaction.execute(
                "INSERT INTO payment (shop_order, cents) VALUES ($1, $2)", job.arguments.order, job.arguments.cents)
            try await transaction.enqueue(JobRequest(SendReceipt.self, .init(order: job.arguments.order)))
        }
    }
}
// endregion: plugin

struct SendReceipt: Plugin {
    struct Arguments: Codable, Sendable { var order: Int }

    static let name = "send-receipt"

    func run(_ job: JobContext<Arguments>) async throws {}
}

@Suite("Guide: transactions", .database)
struct TransactionsGuide {
    private func withJobs(_ body: (JobTester) async throws -> Void) async throws {
        let database = try TestDatabase.current
        try await database.pool.withConnection { connection in
            try await connection.script(
                """
                CREATE TABLE shop_order (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, cents bigint CHECK (cents > 0));
                CREATE TABLE payment (shop_order bigint REFERENCES shop_order, cents bigint);
                """)
        }
        var registry = PluginRegistry()
        try registry.register(BookPayment())
        try registry.register(SendReceipt())
        try await JobTester.with(database.configuration, registry: registry, body)
    }

    @Test("an order and its job are committed together, and the payment with the job's end")
    func together() async throws {
        try await withJobs { jobs in
            let pool = jobs.pool
            let cents = 1250
            // region: enqueue
            let order = try await pool.transaction { transaction in
                let order: Int = try await transaction.query(
                    "INSERT INTO shop_order (cents) VALUES ($1) RETURNING id", cents)[0][0]
                try await transaction.enqueue(JobRequest(BookPayment.self, .init(order: order, cents: cents)))
                return order
            }
            try await pool.ringDoorbell()
            // endregion: enqueue
            try await jobs.drain()
            let booked: Int = try await pool.query("SELECT cents FROM payment WHERE shop_order = $1", order)[0][0]
            #expect(booked == cents)
            try await jobs.requireEnqueued(SendReceipt.self) { $0.order == order }
        }
    }

    @Test("a transaction that is rolled back leaves no job")
    func rolledBack() async throws {
        try await withJobs { jobs in
            await #expect(throws: PostgresError.self) {
                try await jobs.pool.transaction { transaction in
                    try await transaction.enqueue(JobRequest(BookPayment.self, .init(order: 1, cents: 0)))
                    try await transaction.execute("INSERT INTO shop_order (cents) VALUES (0)")
                }
            }
            try await jobs.refuseEnqueued(BookPayment.self)
        }
    }

    @Test("an effect that fails takes the completion and the receipt with it")
    func failedEffect() async throws {
        try await withJobs { jobs in
            let standing = try await jobs.run(BookPayment.self, .init(order: 404, cents: 1))
            #expect(standing.state == .scheduled)
            try await jobs.refuseEnqueued(SendReceipt.self)
        }
    }

    @Test("the same in SQL")
    func sql() async throws {
        try await withJobs { jobs in
            try await jobs.pool.withConnection { connection in
                try await connection.script(
                    """
                    -- region: sql
                    BEGIN;
                    WITH new_order AS (INSERT INTO shop_order (cents) VALUES (1250) RETURNING id, cents)
                    SELECT millrace.enqueue('book-payment', jsonb_build_object('order', id, 'cents', cents)) FROM new_order;
                    COMMIT;
                    -- endregion: sql
                    """)
            }
            try await jobs.drain()
            let payments: Int = try await jobs.pool.query("SELECT count(*) FROM payment WHERE cents = 1250")[0][0]
            #expect(payments == 1)
        }
    }
}
