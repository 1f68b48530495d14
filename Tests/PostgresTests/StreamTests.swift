import Foundation
import Postgres
import Testing

@Suite("Streams of rows", .database, .serialized)
struct StreamTests {
    @Test("a stream gives every row in order")
    func all() async throws {
        let connection = try await TestDatabase.connect()
        var next: Int64 = 1
        for try await row in connection.stream("SELECT n, 'row ' || n FROM generate_series(1::int8, $1) n", 50_000) {
            let (n, text) = try row.decode(Int64.self, String.self)
            #expect(n == next && text == "row \(n)")
            next += 1
        }
        #expect(next == 50_001)
        for try await _ in connection.stream("SELECT 1 WHERE false") { Issue.record("no row expected") }
        #expect(try await connection.first("SELECT 1") != nil)
    }

    @Test("a stream is read only as fast as it is consumed")
    func backPressure() async throws {
        let connection = try await TestDatabase.connect()
        let observer = try await TestDatabase.connect()
        // A result far beyond what sockets buffer: the server must wait for its client.
        var iterator = connection.stream("SELECT repeat('x', 1000) FROM generate_series(1, 200000)").makeAsyncIterator()
        #expect(try await iterator.next() != nil)
        try await eventually("the server never waited for the reader") {
            try await observer.first(
                "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'ClientWrite'", connection.backendPID)
                != nil
        }
        var rows = 1
        while try await iterator.next() != nil { rows += 1 }
        #expect(rows == 200_000)
    }

    @Test("ending a stream early cancels the statement, and the connection goes on")
    func earlyEnd() async throws {
        let connection = try await TestDatabase.connect()
        for _ in 0..<5 {
            var rows = 0
            for try await _ in connection.stream("SELECT generate_series(1, 1000000000)") {
                rows += 1
                if rows == 3 { break }
            }
            let answer: Int = try #require(try await connection.first("SELECT 5::int8"))[0]
            #expect(answer == 5)
        }
    }

    @Test("an error in the middle of a stream is thrown after the rows before it")
    func errorInTheMiddle() async throws {
        let connection = try await TestDatabase.connect()
        var rows = 0
        let error = try await failure(PostgresError.self) {
            for try await _ in connection.stream("SELECT 1 / (1000 - n) FROM generate_series(1, 2000) n") { rows += 1 }
        }
        #expect(error.sqlState == SQLState("22012") && rows > 0 && rows <= 999)
        #expect(try await connection.first("SELECT 1") != nil)
    }

    @Test("cancelling the reading task ends the stream with CancellationError")
    func cancel() async throws {
        let connection = try await TestDatabase.connect()
        let observer = try await TestDatabase.connect()
        let reader = Task {
            for try await _ in connection.stream(
                "SELECT pg_sleep(CASE n WHEN 2 THEN 600 ELSE 0 END) FROM generate_series(1, 3) n")
            {}
        }
        try await untilBusy(connection.backendPID, seenBy: observer)
        reader.cancel()
        _ = try await failure(CancellationError.self) { try await reader.value }
        #expect(try await connection.first("SELECT 1") != nil)
    }

    @Test("a statement in the loop of a stream on the same connection is an error instead of a wait without end")
    func misuse() async throws {
        let connection = try await TestDatabase.connect()
        var caught = 0
        for try await _ in connection.stream("SELECT * FROM generate_series(1, 3)") {
            let error = try await failure(ConnectionError.self) { try await connection.execute("SELECT 1") }
            if case .occupied = error { caught += 1 }
        }
        #expect(caught == 3)
        #expect(try await connection.first("SELECT 1") != nil)
    }

    @Test("another task waits until the stream has ended")
    func otherTaskWaits() async throws {
        let connection = try await TestDatabase.connect()
        var iterator = connection.stream("SELECT * FROM generate_series(1, 3)").makeAsyncIterator()
        #expect(try await iterator.next() != nil)
        let other = Task { try await connection.first("SELECT 9::int8")?.decode(Int.self) }
        while try await iterator.next() != nil {}
        #expect(try await other.value == 9)
    }

    @Test("a transaction streams and then goes on, also after an early end")
    func transaction() async throws {
        let connection = try await TestDatabase.connect()
        let sum = try await connection.transaction { transaction in
            var sum = 0
            for try await row in transaction.stream("SELECT n FROM generate_series(1::int8, 10) n") {
                sum += try row.decode(Int.self)
            }
            return try await transaction.first("SELECT $1::int8", sum)?.decode(Int.self)
        }
        #expect(sum == 55)
    }
}
