import Foundation
import Postgres
import Testing

@Suite("Under stress", .database, .serialized)
struct StressTests {
    @Test("200 tasks with 50 statements each on 8 connections, cancelled at random, leave a healthy pool")
    func cancellations() async throws {
        let seed = SeededRandom().seed
        try await TestDatabase.withPool(maximumConnections: 8, acquireTimeout: .seconds(300)) { pool in
            try await pool.execute("CREATE TABLE stress (task int8, n int8)")
            let answers = await withTaskGroup(of: Int.self) { group in
                for task in 0..<200 {
                    group.addTask { await StressTests.worker(task, seed, pool) }
                }
                return await group.reduce(0, +)
            }
            #expect(answers > 0, "seed \(seed)")
            try await eventually("connections did not come back") { pool.statistics.inUse == 0 }
            #expect(pool.statistics.waiting == 0, "seed \(seed)")
            try await withThrowingTaskGroup { group in
                for number in 0..<100 {
                    group.addTask {
                        let back: Int = try #require(try await pool.first("SELECT $1::int8", number))[0]
                        #expect(back == number, "seed \(seed)")
                    }
                }
                try await group.waitForAll()
            }
            let torn = try await pool.query("SELECT task FROM stress GROUP BY task, n HAVING count(*) <> 2")
            #expect(torn.isEmpty, "a transaction was half done, seed \(seed)")
            #expect(pool.statistics.dropped == 0, "seed \(seed)")
        }
    }

    /// Runs 50 statements, some in tasks that are cancelled meanwhile; counts the right answers.
    private static func worker(_ task: Int, _ seed: UInt64, _ pool: Pool) async -> Int {
        var answers = 0
        for number in 0..<50 {
            // A cheap hash instead of a shared generator, so that a seed gives the same choices in any order.
            let choice = (seed &+ UInt64(task * 50 + number)) &* 0x9E37_79B9_7F4A_7C15 >> 40
            let work = Task { () -> Int? in
                switch choice % 4 {
                case 0:
                    return try await pool.transaction { transaction in
                        try await transaction.execute("INSERT INTO stress VALUES ($1, $2)", task, number)
                        try await transaction.execute("INSERT INTO stress VALUES ($1, $2)", task, number)
                        return try await transaction.first("SELECT $1::int8", number)?.decode(Int.self)
                    }
                case 1:
                    return try await pool.withConnection { connection in
                        var last: Int?
                        for try await row in connection.stream("SELECT n FROM generate_series(0::int8, $1) n", number) {
                            last = try row.decode(Int.self)
                        }
                        return last
                    }
                default:
                    return try await pool.first("SELECT $1::int8", number)?.decode(Int.self)
                }
            }
            if choice % 3 == 0 {
                for _ in 0..<(choice % 50) { await Task.yield() }
                work.cancel()
            }
            switch await work.result {
            case .success(let answer):
                // A stream whose task was cancelled between its rows must end by throwing.
                #expect(answer == number, "seed \(seed)")
                answers += 1
            case .failure(let error):
                #expect(error is CancellationError, "\(error), seed \(seed)")
            }
        }
        return answers
    }

    @Test("backends terminated at random are replaced, and every statement either answers right or fails")
    func terminations() async throws {
        let killer = try await TestDatabase.connect()
        let database = try TestDatabase.place().name
        try await TestDatabase.withPool(maximumConnections: 6, acquireTimeout: .seconds(300)) { pool in
            let (right, failed) = await withTaskGroup(of: (Int, Int).self) { group in
                for task in 0..<30 {
                    group.addTask {
                        var (right, failed) = (0, 0)
                        for number in 0..<40 {
                            do {
                                let answer: Int? = try await pool.first("SELECT $1::int8, pg_sleep(0.001)", number)?
                                    .get("int8")
                                #expect(answer == number)
                                right += 1
                            } catch {
                                #expect(error is PostgresError || error is ConnectionError, "task \(task): \(error)")
                                failed += 1
                            }
                        }
                        return (right, failed)
                    }
                }
                group.addTask {
                    for _ in 0..<20 {
                        do {
                            try await killer.execute(
                                """
                                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                                WHERE datname = $1 AND pid <> pg_backend_pid() AND query LIKE '%pg_sleep(0.001)%' LIMIT 2
                                """, database)
                            try await Task.sleep(for: .milliseconds(5))
                        } catch {
                            Issue.record(error)
                        }
                    }
                    return (0, 0)
                }
                return await group.reduce(into: (0, 0)) { $0 = ($0.0 + $1.0, $0.1 + $1.1) }
            }
            #expect(right + failed == 1_200 && right > 600)
            try await pool.execute("SELECT 1")
        }
    }
}
