import Postgres
import TestSupport
import Testing

@Suite("Guide: pipeline mode", .emptyDatabase)
struct PipelineModeGuide {
    private func items() async throws -> Pool {
        let pool = try TestDatabase.current.pool
        try await pool.execute("CREATE TABLE item (id bigint PRIMARY KEY, stock bigint CHECK (stock >= 0))")
        try await pool.execute("INSERT INTO item SELECT id, 1 FROM generate_series(1, 10) AS id")
        return pool
    }

    @Test("many statements take one round trip")
    func together() async throws {
        let pool = try await items()
        // region: pipeline
        let results = try await pool.withConnection { connection in
            try await connection.pipeline { batch in
                for id in 1...10 {
                    batch.query("UPDATE item SET stock = stock - 1 WHERE id = $1 RETURNING stock", id)
                }
            }
        }
        let stocks: [Int] = try results.map { try $0.get()[0][0] }
        // endregion: pipeline
        #expect(stocks == Array(repeating: 0, count: 10))
    }

    @Test("after a failure none has taken effect, and those after it did not run")
    func failure() async throws {
        let pool = try await items()
        // region: failure
        let results = try await pool.withConnection { connection in
            try await connection.pipeline { batch in
                batch.query("UPDATE item SET stock = stock - 1 WHERE id = 1")
                batch.query("UPDATE item SET stock = stock - 5 WHERE id = 2")
                batch.query("UPDATE item SET stock = stock - 1 WHERE id = 3")
            }
        }
        for case .failure(let error) in results where error.sqlState != .pipelineAborted {
            print(error)
        }
        // endregion: failure
        let states = results.map { result -> SQLState? in
            if case .failure(let error) = result { error.sqlState } else { nil }
        }
        #expect(states == [nil, .checkViolation, .pipelineAborted])
        let sum: Int = try await pool.query("SELECT sum(stock)::int8 FROM item")[0][0]
        #expect(sum == 10)
    }
}
