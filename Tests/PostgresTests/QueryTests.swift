import Foundation
import Postgres
import Testing

@Suite("Statements and results", .database, .serialized)
struct QueryTests {
    @Test("rows, columns and affected rows are what the server says")
    func results() async throws {
        let connection = try await TestDatabase.connect()
        #expect(try await connection.execute("CREATE TABLE fruit (id int8 PRIMARY KEY, name text)") == 0)
        #expect(try await connection.execute("INSERT INTO fruit VALUES (1, 'fig'), (2, $1)", "kiwi") == 2)
        let rows = try await connection.query("SELECT id, name FROM fruit ORDER BY id")
        #expect(rows.count == 2 && rows.affectedRows == 2)
        #expect(rows.columns.map(\.name) == ["id", "name"] && rows.columns.map(\.type) == [.int8, .text])
        #expect(try rows.map { try $0.get("name", as: String.self) } == ["fig", "kiwi"])
        let last = try #require(rows.last)
        let (id, name) = try last.decode(Int64.self, String?.self)
        #expect(id == 2 && name == "kiwi")
        #expect(try await connection.first("SELECT 1 WHERE false") == nil)
        #expect(try await connection.query("").isEmpty)
        #expect(connection.serverVersion >= 140_000 && connection.backendPID > 0)
    }

    @Test("an error carries the server's fields; values stay out of its description")
    func errors() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.execute("CREATE TABLE secret (id int8 CONSTRAINT one_of_each UNIQUE)")
        try await connection.execute("INSERT INTO secret VALUES ($1)", 424_242)
        let error = try await failure(PostgresError.self) {
            try await connection.execute("INSERT INTO secret VALUES ($1)", 424_242)
        }
        #expect(error.sqlState == .uniqueViolation && error.constraint == "one_of_each")
        #expect(error.schema == "public" && error.table == "secret")
        #expect(error.detail?.contains("424242") == true)
        #expect(!error.description.contains("424242"))
        #expect(error.description.contains("INSERT INTO secret VALUES ($1)") && error.description.contains("→"))
        let syntax = try await failure(PostgresError.self) { try await connection.execute("SELEC 1") }
        #expect(syntax.sqlState == .syntaxError && syntax.position == 1)
        let missing = try await failure(PostgresError.self) { try await connection.execute("SELECT * FROM nowhere") }
        #expect(missing.sqlState == .undefinedTable)
        #expect(try await connection.first("SELECT 1") != nil)
    }

    @Test("an error shows at most 200 characters of its statement")
    func longStatements() async throws {
        let connection = try await TestDatabase.connect()
        let text = "SELECT nope,\n\n" + Array(repeating: "1", count: 500).joined(separator: ", ")
        let error = try await failure(PostgresError.self) { try await connection.execute(Statement(file: text)) }
        #expect(
            error.statement.count == 200 && error.statement.hasPrefix("SELECT nope, 1, 1")
                && error.statement.hasSuffix("…"))
    }

    @Test("statements are prepared once, reused, and the oldest is deallocated beyond the limit")
    func preparedStatements() async throws {
        let connection = try await TestDatabase.connect { $0.preparedStatementLimit = 3 }
        func prepared() async throws -> [String] {
            try await connection.query("SELECT statement FROM pg_prepared_statements ORDER BY prepare_time")
                .map { try $0[0] }
        }
        for _ in 0..<5 { _ = try await connection.query("SELECT 'a', $1::int8", 1) }
        #expect(try await prepared().filter { $0.hasPrefix("SELECT 'a'") }.count == 1)
        _ = try await connection.query("SELECT 'b'")
        _ = try await connection.query("SELECT 'c'")
        _ = try await connection.query("SELECT 'b'")
        let names = try await prepared()
        #expect(names.count == 3)
        #expect(!names.contains { $0.hasPrefix("SELECT 'a'") })
        #expect(try await connection.first("SELECT 'a', $1::int8", 2) != nil)
        #expect(try await prepared().count == 3)
    }

    @Test("with preparesStatements off nothing is prepared, for PgBouncer in transaction mode")
    func unprepared() async throws {
        let connection = try await TestDatabase.connect { $0.preparesStatements = false }
        for number in 0..<3 { _ = try await connection.query("SELECT $1::int8", number) }
        let count: Int = try #require(try await connection.first("SELECT count(*) FROM pg_prepared_statements"))[0]
        #expect(count == 0)
        let results = try await connection.pipeline { batch in
            for number in 0..<3 { batch.query("SELECT $1::int8", number) }
        }
        #expect(try results.map { try $0.get()[0][0] as Int } == [0, 1, 2])
    }

    @Test("one statement may be given different types and NULL by turns")
    func changingTypes() async throws {
        let connection = try await TestDatabase.connect()
        let parameters: [(any PostgresEncodable)?] = [nil, 1, Int32(2), nil, Int16(3), "4", 5]
        var seen: [String?] = []
        for parameter in parameters {
            seen.append(try #require(try await connection.first("SELECT ($1)::text", parameter))[0])
        }
        #expect(seen == [nil, "1", "2", nil, "3", "4", "5"])
    }

    @Test("a table changed by somebody else does not break a prepared statement")
    func stalePlan() async throws {
        let connection = try await TestDatabase.connect()
        let other = try await TestDatabase.connect()
        try await connection.script("CREATE TABLE growing (a int8); INSERT INTO growing VALUES (1)")
        #expect(try await connection.query("SELECT * FROM growing").columns.count == 1)
        try await other.execute("ALTER TABLE growing ADD COLUMN b text DEFAULT 'x'")
        let rows = try await connection.query("SELECT * FROM growing")
        #expect(rows.columns.map(\.name) == ["a", "b"])
        try await connection.script("DEALLOCATE ALL")
        #expect(try await connection.query("SELECT * FROM growing").count == 1)
    }

    @Test("calls from many tasks on one connection each get their own answer")
    func turns() async throws {
        let connection = try await TestDatabase.connect()
        let numbers = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<100 {
                group.addTask { try #require(try await connection.first("SELECT $1::int8", number))[0] }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(numbers.sorted() == Array(0..<100))
    }

    @Test("a script runs many statements, and none of them takes effect when one fails")
    func script() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.script(
            "CREATE TABLE steps (n int8); INSERT INTO steps VALUES (1); INSERT INTO steps VALUES (2)")
        let error = try await failure(PostgresError.self) {
            try await connection.script("INSERT INTO steps VALUES (3); SELECT 1/0; INSERT INTO steps VALUES (4)")
        }
        #expect(error.sqlState == SQLState("22012"))
        let count: Int = try #require(try await connection.first("SELECT count(*) FROM steps"))[0]
        #expect(count == 2)
    }

    @Test("COPY by the wrong call is refused with the right one's name, and the connection goes on")
    func wrongCalls() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.execute("CREATE TABLE cargo (n int8)")
        for statement in ["COPY cargo FROM STDIN", "COPY cargo TO STDOUT"] as [Statement] {
            let error = try await failure(ConnectionError.self) { try await connection.script(statement) }
            guard case .wrongCall = error else { throw error }
            _ = try await failure(ConnectionError.self) { try await connection.execute(statement) }
            #expect(try await connection.first("SELECT 1") != nil)
        }
        await #expect(throws: ConnectionError.self) { try await connection.copyIn("SELECT 1") { _ in } }
        await #expect(throws: ConnectionError.self) { for try await _ in connection.copyOut("SELECT 1") {} }
        await #expect(throws: ConnectionError.self) {
            for try await _ in connection.copyOut("COPY cargo FROM STDIN") {}
        }
        #expect(try await connection.first("SELECT 1") != nil)
    }

    @Test("a closed connection says so, and closing twice is fine")
    func closed() async throws {
        let connection = try await TestDatabase.connect()
        await connection.close()
        await connection.close()
        #expect(await !connection.isUsable)
        let error = try await failure(ConnectionError.self) { try await connection.execute("SELECT 1") }
        #expect(error == .closed(endpoint: try TestDatabase.configuration().endpointDescription))
    }

    @Test("a backend that is terminated is noticed, and the connection is not usable any more")
    func terminated() async throws {
        let connection = try await TestDatabase.connect()
        let observer = try await TestDatabase.connect()
        let sleep = Task { try await connection.execute("SELECT pg_sleep(600)") }
        try await untilBusy(connection.backendPID, seenBy: observer)
        try await observer.execute("SELECT pg_terminate_backend($1)", connection.backendPID)
        let error = try await failure(PostgresError.self) { _ = try await sleep.value }
        #expect(error.sqlState == .adminShutdown)
        #expect(await !connection.isUsable)
        _ = try await failure(ConnectionError.self) { try await connection.execute("SELECT 1") }
    }
}
