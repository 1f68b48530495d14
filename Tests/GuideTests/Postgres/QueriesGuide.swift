import Foundation
import Postgres
import TestSupport
import Testing

// region: types
/// A text of a fixed set.
enum Color: String, PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    case red, green
}

/// A number with a meaning.
struct ItemID: RawRepresentable, Hashable, PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    let rawValue: Int64
}
// endregion: types

// region: statement
private let insertStatement: Statement = """
    INSERT INTO item (id, name, color, tags, added_at) VALUES ($1, $2, $3, $4, $5)
    """
// endregion: statement

@Suite("Guide: queries and values", .emptyDatabase)
struct QueriesGuide {
    @Test("values go out as parameters and come back as the types that are asked for")
    func values() async throws {
        let session = try TestDatabase.current.pool
        try await session.execute(
            "CREATE TABLE item (id bigint PRIMARY KEY, name text, color text, tags text[], added_at timestamptz)")
        // region: execute
        let name: String? = nil
        let inserted = try await session.execute(
            insertStatement, ItemID(rawValue: 7), name, Color.red, ["new", "cheap"], Date.now)
        // endregion: execute
        #expect(inserted == 1)

        // region: query
        let rows = try await session.query(
            "SELECT id, name, color, tags FROM item WHERE id = ANY ($1)", [ItemID(rawValue: 7)])
        for row in rows {
            let (id, name, color, tags) = try row.decode(ItemID.self, String?.self, Color.self, [String].self)
            print(id.rawValue, name ?? "-", color, tags)
        }
        let color: Color = try rows[0]["color"]
        let count: Int = try await session.query("SELECT count(*) FROM item")[0][0]
        let first = try await session.first("SELECT name FROM item WHERE color = $1", Color.green)
        // endregion: query
        #expect(color == .red && count == 1 && first == nil)

        // region: decoding-error
        do {
            let name: String = try rows[0]["name"]
            print(name)
        } catch let error as PostgresDecodingError where error.problem == .unexpectedNull {
            print("column \(error.column ?? "?") is NULL")
        }
        // endregion: decoding-error
        #expect(throws: PostgresDecodingError.self) { try rows[0]["name"] as String }

        // region: error
        do {
            try await session.execute(insertStatement, ItemID(rawValue: 7), "twice", Color.red, [String](), Date.now)
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            print("violates \(error.constraint ?? "a key")")
        }
        // endregion: error
        await #expect(throws: PostgresError.self) { try await session.execute("INSERT INTO item (id) VALUES (7)") }
    }

    @Test("rows come one by one from a stream")
    func stream() async throws {
        let pool = try TestDatabase.current.pool
        // region: stream
        let sum = try await pool.withConnection { connection in
            var sum = 0
            for try await row in connection.stream("SELECT n FROM generate_series(1, $1) AS n", 100_000) {
                sum += try row[0]
            }
            return sum
        }
        // endregion: stream
        #expect(sum == 5_000_050_000)
    }

    @Test("JSON goes as text")
    func json() async throws {
        let session = try TestDatabase.current.pool
        // region: json
        let document = JSONText(#"{"size": [3, 4]}"#)
        let width: Int = try await session.query("SELECT ($1 #>> '{size,0}')::int8", document)[0][0]
        // endregion: json
        #expect(width == 3)
    }
}
