import Analytics
import Millrace
import Postgres
import TestSupport
import Testing

@testable import ALSTraining

/// A shop whose customers have tastes: group `c % 4` mostly buys the items of its group.
struct TasteShop {
    let customers: Int
    let items: Int
    var seed: UInt64 = 20_261_124

    /// Writes customers 1…, items 1…, and three to six orders for each customer.
    func write(to pool: Pool) async throws {
        var generator = SeededGenerator(seed: seed)
        var buyers: [Int32] = []
        var bought: [Int32] = []
        var days: [Int32] = []
        for customer in 1...customers {
            for order in 0..<3 + Int(generator.next() % 4) {
                for _ in 0..<3 {
                    let own = generator.uniform() < 0.85
                    let group = own ? customer % 4 : Int(generator.next() % 4)
                    // The square makes some items of a group more popular than others.
                    let place = Int(generator.uniform() * generator.uniform() * Double(items / 4))
                    buyers.append(Int32(customer))
                    bought.append(Int32(place * 4 + group + 1))
                    days.append(Int32(order * 10 + customer % 10))
                }
            }
        }
        try await pool.execute(
            "INSERT INTO shop.customer (id, code) SELECT id, 'c' || id FROM generate_series(1, $1::integer) AS id",
            Int32(customers))
        try await pool.execute(
            """
            INSERT INTO shop.item (id, code, title, price)
            SELECT id, 'i' || id, 'Item ' || id, 10 FROM generate_series(1, $1::integer) AS id
            """, Int32(items))
        try await pool.execute(
            """
            INSERT INTO shop.event (kind, customer_id, item_id, at, price, order_ref)
            SELECT 'purchase', customer, item, timestamptz '2026-01-01 00:00Z' + day * interval '1 day', 10,
                customer || '-' || day
            FROM unnest($1::integer[], $2::integer[], $3::integer[]) AS event(customer, item, day)
            """, buyers, bought, days)
    }
}

extension TestDatabase {
    /// The plugins of a training.
    static func trainingPlugins() throws -> PluginRegistry {
        var registry = PluginRegistry()
        try ALSTrainingPlugins.register(in: &registry)
        return registry
    }

    /// Starts a training, without waiting.
    func enqueueTraining(_ arguments: TrainingArguments) async throws -> JobID {
        try await pool.enqueue(try JobRequest(PlanTraining.self, arguments))
    }

    /// Trains beside a worker of its own.
    func train(_ arguments: TrainingArguments) async throws -> TrainingResult {
        try await withWorker(try Self.trainingPlugins()) {
            let job = try await enqueueTraining(arguments)
            return try await trainingResult(of: job)
        }
    }

    /// Waits for a training and reads its result.
    func trainingResult(of job: JobID) async throws -> TrainingResult {
        let standing = try await end(of: job, within: .seconds(120))
        #expect(standing.state == .succeeded, "\(standing.reason ?? "")")
        return try #require(standing.result).decode()
    }

    /// The bytes of a trained model: the factors it consists of, block by block in order.
    func factorBytes(of model: Int64) async throws -> [String: [[UInt8]]] {
        var bytes: [String: [[UInt8]]] = [:]
        for side in Side.allCases {
            bytes[side.rawValue] = try await pool.query(
                """
                SELECT factors FROM shop.factor_block JOIN shop.model ON model.id = model_id
                WHERE model_id = $1 AND side = $2
                    AND iteration = CASE side WHEN 'user' THEN user_iteration ELSE item_iteration END
                ORDER BY block
                """, model, side.rawValue
            ).map { try $0[0] }
        }
        return bytes
    }

    /// The matrices that a training of these arguments begins with.
    func trainingData(_ arguments: TrainingArguments) async throws -> TrainingData {
        try await pool.trainingData(arguments) { _ in }
    }

    /// The bytes that the same training gives in one process, without jobs and shards.
    func referenceBytes(_ arguments: TrainingArguments) async throws -> [String: [[UInt8]]] {
        let data = try await trainingData(arguments)
        let users: FactorMatrix
        let items: FactorMatrix
        if arguments.validates {
            let trained = try trainInProcess(data, arguments)
            (users, items) = (trained.users, trained.items)
        } else {
            let trained = try trainImplicitALS(
                data.interactions, options: arguments.options, objective: arguments.objective)
            (users, items) = (trained.users, trained.items)
        }
        func bytes(_ factors: FactorMatrix) -> [[UInt8]] {
            let blocks = RowBlocks(rows: factors.rows)
            return (0..<blocks.count).map { factors.block(of: blocks[$0]).serialized(as: arguments.transfer) }
        }
        return ["user": bytes(users), "item": bytes(items)]
    }

    /// One number.
    func count(_ statement: Statement, _ parameters: (any PostgresEncodable)?...) async throws -> Int {
        try await pool.query(statement, parameters: parameters)[0][0]
    }
}

extension TrainingArguments {
    /// A training that takes a second.
    static func small(shards: Int = 3) -> TrainingArguments {
        var arguments = TrainingArguments()
        arguments.factors = 12
        arguments.iterations = 3
        arguments.shards = .fixed(shards)
        return arguments
    }

    /// The same with changes.
    func with(_ change: (inout TrainingArguments) -> Void) -> TrainingArguments {
        var changed = self
        change(&changed)
        return changed
    }
}
