import Postgres
import TestSupport
import Testing

@Suite("Guide: COPY", .emptyDatabase)
struct CopyGuide {
    @Test("lines go in and come out")
    func inAndOut() async throws {
        let pool = try TestDatabase.current.pool
        try await pool.execute("CREATE TABLE item (id bigint PRIMARY KEY, name text)")
        // region: in
        let copied = try await pool.withConnection { connection in
            try await connection.copyIn("COPY item (id, name) FROM STDIN (FORMAT csv)") { copy in
                for id in 1...1000 {
                    try await copy.write(Array("\(id),item \(id)\n".utf8))
                }
            }
        }
        // endregion: in
        #expect(copied == 1000)
        // region: out
        let bytes = try await pool.withConnection { connection in
            var bytes = 0
            for try await line in connection.copyOut("COPY item TO STDOUT (FORMAT csv)") {
                bytes += line.count
            }
            return bytes
        }
        // endregion: out
        #expect(bytes == (1...1000).map { "\($0),item \($0)\n".utf8.count }.reduce(0, +))
    }

    @Test("a COPY in a transaction is undone with it")
    func transaction() async throws {
        let pool = try TestDatabase.current.pool
        try await pool.execute("CREATE TABLE item (id bigint PRIMARY KEY, name text)")
        await #expect(throws: PostgresError.self) {
            // region: transaction
            try await pool.transaction { transaction in
                try await transaction.execute("TRUNCATE item")
                _ = try await transaction.copyIn("COPY item (id, name) FROM STDIN") { copy in
                    try await copy.write(Array("1\tone\n1\ttwice\n".utf8))
                }
            }
            // endregion: transaction
        }
        #expect(try await pool.query("SELECT id FROM item").isEmpty)
    }
}
