import Postgres
import Testing

@Suite("Pipelines", .database, .serialized)
struct PipelineTests {
    @Test("many statements in one round trip give their results in order")
    func order() async throws {
        let connection = try await TestDatabase.connect()
        for _ in 0..<2 {
            let results = try await connection.pipeline { batch in
                for number in 0..<2_000 { batch.query("SELECT $1::int8, repeat('x', 500)", number) }
                batch.query("SELECT $1::text", "end")
            }
            #expect(results.count == 2_001)
            for (number, result) in results.dropLast().enumerated() {
                #expect(try result.get()[0].get("int8", as: Int.self) == number)
            }
            #expect(try results[2_000].get()[0][0] == "end")
        }
        #expect(try await connection.pipeline { _ in }.isEmpty)
    }

    @Test("after a failure the rest does not run, nothing takes effect, and the connection goes on")
    func failure() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.execute("CREATE TABLE piped (n int8 CHECK (n < 3))")
        let results = try await connection.pipeline { batch in
            for number in 1...5 { batch.query("INSERT INTO piped VALUES ($1)", number) }
            batch.query("SELECT 'unprepared before'")
        }
        var states: [SQLState?] = []
        for result in results {
            switch result {
            case .success: states.append(nil)
            case .failure(let error): states.append(error.sqlState)
            }
        }
        #expect(states == [nil, nil, .checkViolation, .pipelineAborted, .pipelineAborted, .pipelineAborted])
        #expect(try await connection.first("SELECT 1 FROM piped") == nil)
        #expect(try await connection.first("SELECT 'unprepared before'") != nil)
        let again = try await connection.pipeline { $0.query("INSERT INTO piped VALUES ($1)", 1) }
        #expect(try again[0].get().affectedRows == 1)
    }

    @Test("what was committed on the way stays, and what comes after a failure and a commit runs")
    func commits() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.execute("CREATE TABLE parted (n int8 CHECK (n < 3))")
        for _ in 0..<2 {
            try await connection.execute("TRUNCATE parted")
            let results = try await connection.pipeline { batch in
                batch.commit()
                batch.query("INSERT INTO parted VALUES ($1)", 1)
                batch.commit()
                batch.commit()
                batch.query("INSERT INTO parted VALUES ($1)", 2)
                batch.query("INSERT INTO parted VALUES ($1)", 7)
                batch.query("INSERT INTO parted VALUES ($1)", 0)
                batch.commit()
                batch.query("INSERT INTO parted VALUES ($1)", -1)
                batch.commit()
            }
            let failures = results.map { result -> SQLState? in
                guard case .failure(let error) = result else { return nil }
                return error.sqlState
            }
            #expect(failures == [nil, nil, .checkViolation, .pipelineAborted, nil])
            #expect(try await connection.query("SELECT n FROM parted ORDER BY n").map { try $0[0] } == [-1, 1])
        }
    }

    @Test("a pipeline inside of a transaction belongs to it")
    func transaction() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.execute("CREATE TABLE inside (n int8)")
        try await connection.transaction { transaction in
            _ = try await transaction.pipeline { batch in
                for number in 1...3 { batch.query("INSERT INTO inside VALUES ($1)", number) }
            }
            #expect(try await transaction.query("SELECT n FROM inside").count == 3)
        }
        #expect(try await connection.query("SELECT n FROM inside").count == 3)
    }

    @Test("cancelling the task stops the pipeline, and the connection goes on")
    func cancel() async throws {
        let connection = try await TestDatabase.connect()
        let observer = try await TestDatabase.connect()
        let work = Task {
            try await connection.pipeline { batch in
                batch.query("SELECT 1")
                batch.query("SELECT pg_sleep(600)")
                batch.query("SELECT 2")
            }
        }
        try await untilBusy(connection.backendPID, seenBy: observer)
        work.cancel()
        let error = await #expect(throws: CancellationError.self) { _ = try await work.value }
        #expect(error != nil)
        #expect(try await connection.first("SELECT 1") != nil)
    }
}
