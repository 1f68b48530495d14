import Postgres
import Testing

@Suite("COPY", .database, .serialized)
struct CopyTests {
    struct Refusal: Error, Equatable {}

    @Test("a million rows go in and come out again")
    func million() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.execute("CREATE UNLOGGED TABLE many (n int8, name text)")
        let rows = try await connection.copyIn("COPY many FROM STDIN") { copy in
            for start in stride(from: 0, to: 1_000_000, by: 10) {
                try await copy.write((start..<start + 10).flatMap { Array("\($0)\tname \($0)\n".utf8) })
            }
        }
        #expect(rows == 1_000_000)
        let seen = try #require(try await connection.first("SELECT count(*), sum(n)::int8, max(name) FROM many"))
        #expect(try seen.decode(Int.self, Int.self, String.self) == (1_000_000, 499_999_500_000, "name 999999"))
        var lines = 0
        var bytes = 0
        for try await line in connection.copyOut("COPY many TO STDOUT") {
            lines += 1
            bytes += line.count
        }
        #expect(lines == 1_000_000)
        // "n<tab>name n<newline>": the digits of 0..<1,000,000 are 5,888,890, twice, and 7 more bytes a line.
        #expect(bytes == 2 * 5_888_890 + 7 * 1_000_000)
    }

    @Test("a writer waits while the server does not read: memory does not hold the data")
    func backPressure() async throws {
        let connection = try await TestDatabase.connect()
        let blocker = try await TestDatabase.connect()
        try await connection.execute("CREATE TABLE slow (n text)")
        let written = Counter()
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 99_999) + [UInt8(ascii: "\n")]
        // A trigger that waits for a lock keeps the server from reading on.
        try await connection.script(
            """
            CREATE FUNCTION wait_for_lock() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN PERFORM pg_advisory_xact_lock(77); RETURN NEW; END';
            CREATE TRIGGER wait_for_lock BEFORE INSERT ON slow FOR EACH ROW EXECUTE FUNCTION wait_for_lock();
            """)
        try await blocker.execute("SELECT pg_advisory_lock(77)")
        let copy = Task {
            try await connection.copyIn("COPY slow FROM STDIN") { copy in
                for _ in 0..<1_000 {
                    try await copy.write(line)
                    await written.add(line.count)
                }
            }
        }
        try await eventually("the COPY never waited for the lock") {
            try await blocker.first(
                "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'advisory'", connection.backendPID)
                != nil
        }
        try await eventually("the writer never stopped") {
            let before = await written.value
            try await Task.sleep(for: .milliseconds(100))
            return await written.value == before
        }
        #expect(await written.value < 50_000_000)
        try await blocker.execute("SELECT pg_advisory_unlock(77)")
        #expect(try await copy.value == 1_000)
    }

    actor Counter {
        private(set) var value = 0
        func add(_ count: Int) { value += count }
    }

    @Test("an error of the writer leaves the table empty and is what the caller sees")
    func abort() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.execute("CREATE TABLE none (n int8)")
        let error = try await failure(Refusal.self) {
            _ = try await connection.copyIn("COPY none FROM STDIN") { copy in
                for number in 0..<100_000 { try await copy.write(Array("\(number)\n".utf8)) }
                throw Refusal()
            }
        }
        #expect(error == Refusal())
        #expect(try await connection.first("SELECT 1 FROM none") == nil)
        let chunks = AsyncThrowingStream<[UInt8], any Error> { continuation in
            continuation.yield(Array("1\n".utf8))
            continuation.finish(throwing: Refusal())
        }
        _ = try await failure(Refusal.self) { _ = try await connection.copyIn("COPY none FROM STDIN", chunks) }
        #expect(try await connection.first("SELECT 1 FROM none") == nil)
    }

    @Test("a writer that escapes its closure is refused")
    func escapedWriter() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.execute("CREATE TABLE sealed (n int8)")
        let escaped = AsyncStream<CopyWriter>.makeStream()
        #expect(
            try await connection.copyIn("COPY sealed FROM STDIN") { copy in _ = escaped.continuation.yield(copy) } == 0)
        var writers = escaped.stream.makeAsyncIterator()
        let writer = try #require(await writers.next())
        let error = try await failure(ConnectionError.self) { try await writer.write(Array("1\n".utf8)) }
        guard case .closed = error else { throw error }
        #expect(try await connection.first("SELECT 1 FROM sealed") == nil)
    }

    @Test("a sequence of chunks may cut rows anywhere")
    func chunks() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.execute("CREATE TABLE pieces (n int8, name text)")
        let text = (0..<1_000).map { "\($0),\"näme, \($0)\"\n" }.joined()
        let bytes = Array(text.utf8)
        let chunks = AsyncThrowingStream<[UInt8], any Error> { continuation in
            for start in stride(from: 0, to: bytes.count, by: 7) {
                continuation.yield(Array(bytes[start..<min(start + 7, bytes.count)]))
            }
            continuation.finish()
        }
        #expect(try await connection.copyIn("COPY pieces FROM STDIN (FORMAT csv)", chunks) == 1_000)
        let name: String = try #require(try await connection.first("SELECT name FROM pieces WHERE n = 999"))[0]
        #expect(name == "näme, 999")
    }

    @Test("data the server refuses is the server's error, and the connection goes on")
    func badData() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.execute("CREATE TABLE strict (n int8)")
        let error = try await failure(PostgresError.self) {
            _ = try await connection.copyIn("COPY strict FROM STDIN") { copy in
                for number in 0..<200_000 { try await copy.write(Array((number == 10 ? "ten\n" : "\(number)\n").utf8)) }
            }
        }
        #expect(error.sqlState == .invalidTextRepresentation)
        #expect(try await connection.first("SELECT 1 FROM strict") == nil)
        let missing = try await failure(PostgresError.self) {
            _ = try await connection.copyIn("COPY nowhere FROM STDIN") { _ in }
        }
        #expect(missing.sqlState == .undefinedTable)
    }

    @Test("cancelling the task during COPY leaves the table empty, and the connection goes on")
    func cancel() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.execute("CREATE TABLE stopped (n int8)")
        let written = Counter()
        let copy = Task {
            try await connection.copyIn("COPY stopped FROM STDIN") { copy in
                while true {
                    try await copy.write(Array(repeating: UInt8(ascii: "1"), count: 9) + [UInt8(ascii: "\n")])
                    await written.add(10)
                }
            }
        }
        try await eventually("nothing was written") { await written.value > 1_000_000 }
        copy.cancel()
        _ = try await failure(CancellationError.self) { _ = try await copy.value }
        #expect(try await connection.first("SELECT 1 FROM stopped") == nil)
    }

    @Test("COPY inside of a transaction is undone with it")
    func transaction() async throws {
        let connection = try await TestDatabase.connect()
        try await connection.execute("CREATE TABLE both_ways (n int8)")
        _ = try await failure(Refusal.self) {
            try await connection.transaction { transaction in
                #expect(
                    try await transaction.copyIn("COPY both_ways FROM STDIN") {
                        try await $0.write(Array("1\n2\n".utf8))
                    } == 2)
                var lines: [String] = []
                for try await line in transaction.copyOut("COPY (SELECT n FROM both_ways ORDER BY n) TO STDOUT") {
                    lines.append(String(decoding: line, as: UTF8.self))
                }
                #expect(lines == ["1\n", "2\n"])
                throw Refusal()
            }
        }
        #expect(try await connection.first("SELECT 1 FROM both_ways") == nil)
    }

    @Test("leaving a COPY to this side early stops it, and the connection goes on")
    func earlyEnd() async throws {
        let connection = try await TestDatabase.connect()
        for _ in 0..<3 {
            var lines = 0
            for try await _ in connection.copyOut("COPY (SELECT generate_series(1, 1000000000)) TO STDOUT") {
                lines += 1
                if lines == 10 { break }
            }
            #expect(try await connection.first("SELECT 1") != nil)
        }
    }
}
