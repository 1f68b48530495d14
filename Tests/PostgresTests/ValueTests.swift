import Foundation
import Postgres
import Testing

@Suite("Values", .database, .serialized)
struct ValueTests {
    /// Sends a value and reads it back, and reads as text what the server understood.
    private func roundTrip<T: PostgresEncodable & PostgresDecodable & Equatable & Sendable>(
        _ values: [T], _ connection: Connection, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> [String] {
        var texts: [String] = []
        for value in values {
            let row = try #require(
                try await connection.first("SELECT $1, pg_typeof($1)::text || ':' || $1::text", value))
            let (back, text) = try row.decode(T.self, String.self)
            #expect(back == value, sourceLocation: sourceLocation)
            let optional: T? = try row[0]
            #expect(optional == value, sourceLocation: sourceLocation)
            texts.append(text)
        }
        return texts
    }

    @Test("scalars come back as they were sent, at their extremes too, and the server understands the same")
    func scalars() async throws {
        let connection = try await TestDatabase.connect()
        #expect(try await roundTrip([true, false], connection) == ["boolean:true", "boolean:false"])
        #expect(try await roundTrip([Int16.min, 0, .max], connection).last == "smallint:32767")
        #expect(try await roundTrip([Int32.min, 0, .max], connection).last == "integer:2147483647")
        #expect(try await roundTrip([Int64.min, -1, .max], connection).first == "bigint:-9223372036854775808")
        #expect(try await roundTrip([Int.min, 42, .max], connection)[1] == "bigint:42")
        #expect(
            try await roundTrip(
                [0.5 as Float, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity], connection)[0]
                == "real:0.5")
        #expect(
            try await roundTrip(
                [-1.25, Double.greatestFiniteMagnitude, .leastNonzeroMagnitude, -.infinity], connection)[3]
                == "double precision:-Infinity")
        #expect(try await roundTrip(["", "a", "naïve 日本語 🐘 \\ ' \" \n\t"], connection)[1] == "text:a")
        #expect(
            try await roundTrip([[UInt8](0...255), [], [0]], connection)[2] == "bytea:\\x00")
        let uuid = try #require(UUID(uuidString: "00112233-4455-6677-8899-AABBCCDDEEFF"))
        #expect(try await roundTrip([uuid], connection) == ["uuid:00112233-4455-6677-8899-aabbccddeeff"])
        let nan: Double = try #require(try await connection.first("SELECT $1", Double.nan))[0]
        #expect(nan.isNaN)
    }

    @Test("points in time keep their microseconds and mean the same to the server")
    func dates() async throws {
        let connection = try await TestDatabase.connect { $0.sessionParameters["timezone"] = "UTC" }
        let dates = [
            Date(timeIntervalSince1970: 0), Date(timeIntervalSinceReferenceDate: 0),
            Date(timeIntervalSince1970: 1_764_000_000.123456), Date(timeIntervalSince1970: -1.5), .distantPast,
        ]
        let texts = try await roundTrip(dates, connection)
        #expect(texts[0] == "timestamp with time zone:1970-01-01 00:00:00+00")
        #expect(texts[2] == "timestamp with time zone:2025-11-24 16:00:00.123456+00")
        #expect(texts[3] == "timestamp with time zone:1969-12-31 23:59:58.5+00")
        let row = try #require(
            try await connection.first(
                """
                SELECT 'infinity'::timestamptz, '-infinity'::timestamptz, '2001-01-02'::date, '2001-01-01 00:00:01'::timestamp,
                       'infinity'::date
                """))
        let (future, past, day, local, lastDay) = try row.decode(Date.self, Date.self, Date.self, Date.self, Date.self)
        #expect(future == .distantFuture && past == .distantPast && lastDay == .distantFuture)
        #expect(day.timeIntervalSinceReferenceDate == 86_400)
        #expect(local.timeIntervalSinceReferenceDate == 1)
        let error = try await failure(PostgresEncodingError.self) {
            try await connection.execute("SELECT $1", Date(timeIntervalSinceReferenceDate: 1e300))
        }
        #expect(error == .outOfRange(swiftType: "Date", type: .timestamptz))
    }

    @Test("durations are intervals; days count 24 hours and months are refused")
    func durations() async throws {
        let connection = try await TestDatabase.connect()
        let texts = try await roundTrip(
            [.zero, .microseconds(1), .seconds(-90), .seconds(100 * 86_400) + .microseconds(7)] as [Duration],
            connection)
        #expect(texts[2] == "interval:-00:01:30")
        #expect(texts[3] == "interval:2400:00:00.000007")
        let row = try #require(
            try await connection.first("SELECT '2 days 3 hours'::interval, '1 month'::interval AS m"))
        #expect(try row[0] == Duration.seconds(51 * 3600))
        let error = #expect(throws: PostgresDecodingError.self) { try row.get("m", as: Duration.self) }
        #expect(error?.description.contains("column \"m\" (interval) has months") == true)
        await #expect(throws: PostgresEncodingError.self) {
            try await connection.execute("SELECT $1", Duration.seconds(Int64.max))
        }
    }

    @Test("arrays keep order, emptiness and NULL elements, for every element type")
    func arrays() async throws {
        let connection = try await TestDatabase.connect()
        #expect(try await roundTrip([[Int64]()], connection) == ["bigint[]:{}"])
        #expect(try await roundTrip([[1, 2, 3] as [Int64?] + [nil]], connection) == ["bigint[]:{1,2,3,NULL}"])
        #expect(try await roundTrip([["a", nil, "", "NULL", "{\"x\"}"] as [String?]], connection).count == 1)
        #expect(try await roundTrip([[true, false]], connection) == ["boolean[]:{t,f}"])
        #expect(try await roundTrip([[Int16.min, .max]], connection) == ["smallint[]:{-32768,32767}"])
        #expect(try await roundTrip([[Int32.min, .max]], connection).count == 1)
        #expect(try await roundTrip([[Int.min, .max]], connection).count == 1)
        #expect(try await roundTrip([[1.5 as Float, nil]], connection) == ["real[]:{1.5,NULL}"])
        #expect(try await roundTrip([[1.5, -0.25]], connection) == ["double precision[]:{1.5,-0.25}"])
        #expect(try await roundTrip([[Date(timeIntervalSince1970: 1)]], connection).count == 1)
        #expect(try await roundTrip([[UUID(), UUID()]], connection).count == 1)
        #expect(
            try await roundTrip([[[0, 255], []] as [[UInt8]]], connection) == ["bytea[]:{\"\\\\x00ff\",\"\\\\x\"}"])
        #expect(try await roundTrip([[JSONText("{\"a\": 1}")]], connection).count == 1)
        #expect(try await roundTrip([[Duration.seconds(1), nil]], connection) == ["interval[]:{00:00:01,NULL}"])
        let row = try #require(
            try await connection.first("SELECT ARRAY[[1,2],[3,4]] AS grid, ARRAY[1,NULL]::int8[] AS gaps"))
        let nested = #expect(throws: PostgresDecodingError.self) { try row.get("grid", as: [Int32].self) }
        #expect(nested?.description.contains("has 2 dimensions") == true)
        let gaps = #expect(throws: PostgresDecodingError.self) { try row.get("gaps", as: [Int64].self) }
        #expect(gaps?.column == "gaps" && gaps?.problem == .unexpectedNull)
    }

    @Test("JSON goes as jsonb and comes from json and jsonb, as JSON or as text")
    func json() async throws {
        let connection = try await TestDatabase.connect()
        #expect(try await roundTrip([JSONText("{\"a\": [1, null]}")], connection) == ["jsonb:{\"a\": [1, null]}"])
        let row = try #require(try await connection.first("SELECT '{\"b\":2}'::json, '{\"b\": 2}'::jsonb"))
        #expect(try row.decode(JSONText.self, JSONText.self) == (JSONText("{\"b\":2}"), JSONText("{\"b\": 2}")))
        #expect(try row.decode(String.self, String.self) == ("{\"b\":2}", "{\"b\": 2}"))
        let error = try await failure(PostgresError.self) {
            try await connection.execute("SELECT $1", JSONText("{nope"))
        }
        #expect(error.sqlState == .invalidTextRepresentation)
    }

    enum Mood: String, PostgresEncodable, PostgresDecodable, PostgresArrayElement { case glad, sad }
    struct ItemID: RawRepresentable, PostgresEncodable, PostgresDecodable, PostgresArrayElement, Equatable {
        var rawValue: Int64
    }

    @Test("types of one's own need no code when they are RawRepresentable")
    func rawRepresentable() async throws {
        let connection = try await TestDatabase.connect()
        #expect(try await roundTrip([ItemID(rawValue: 7)], connection) == ["bigint:7"])
        #expect(try await roundTrip([[ItemID(rawValue: 7)]], connection) == ["bigint[]:{7}"])
        #expect(try await roundTrip([Mood.sad], connection) == ["text:sad"])
        #expect(try await roundTrip([[Mood.sad, nil]], connection) == ["text[]:{sad,NULL}"])
        try await connection.execute("CREATE TYPE mood AS ENUM ('glad', 'sad', 'odd')")
        let row = try #require(
            try await connection.first("SELECT 'glad'::mood, 'odd'::mood AS odd, ARRAY['sad']::mood[]"))
        #expect(try row[0] == Mood.glad)
        #expect(try row[2] == [Mood.sad])
        #expect(try row[1] == "odd")
        let error = #expect(throws: PostgresDecodingError.self) { try row.get("odd", as: Mood.self) }
        #expect(error?.description.contains("\"odd\"") == true && error?.description.contains("is no Mood") == true)
    }

    @Test("text types, names and numerics read as text, numerics as Double too")
    func texts() async throws {
        let connection = try await TestDatabase.connect()
        let row = try #require(
            try await connection.first(
                "SELECT 'a'::varchar(5), 'b'::char(3), 'c'::name, 'd', 'e'::\"char\", pg_sleep(0)"))
        #expect(
            try row.decode(String.self, String.self, String.self, String.self, String.self, String.self)
                == ("a", "b  ", "c", "d", "e", ""))
        let numerics = [
            "0", "1", "-1", "10000", "9999", "0.00012300", "-123456789012345678901234567890.000000001", "NaN",
            "1e-20", "100000000", "0.1", "12345.6789", "Infinity", "1.000",
        ]
        for text in numerics {
            let row = try #require(
                try await connection.first("SELECT $1::text::numeric, $1::text::numeric::text", text))
            let (exact, printed) = try row.decode(String.self, String.self)
            #expect(exact == printed)
            let double: Double = try row[0]
            #expect(double == Double(text) || (double.isNaN && text == "NaN"))
        }
    }

    @Test("narrower numbers widen; nothing narrows or changes its kind")
    func widening() async throws {
        let connection = try await TestDatabase.connect()
        let row = try #require(
            try await connection.first(
                "SELECT 2::int2 AS two, 4::int4 AS four, 8::int8 AS eight, 1.5::float4, 3::oid, NULL::int4 AS gone"))
        #expect(try row.decode(Int.self, Int.self, Int.self, Double.self, Int.self) == (2, 4, 8, 1.5, 3))
        #expect(try row.get("two", as: Int32.self) == 2)
        let error = #expect(throws: PostgresDecodingError.self) { try row.get("eight", as: Int32.self) }
        #expect(
            error?.description
                == "column \"eight\" is int8 and cannot be read as Int32 → read it as the Swift type of int8, or cast it in the SQL"
        )
        #expect(throws: PostgresDecodingError.self) { try row.get("two", as: String.self) }
        #expect(throws: PostgresDecodingError.self) { try row.get("two", as: Bool.self) }
        let null = #expect(throws: PostgresDecodingError.self) { try row.get("gone", as: Int.self) }
        #expect(null?.description.hasPrefix("column \"gone\" (int4) is NULL and was read as Int →") == true)
        #expect(try row.get("gone", as: Int?.self) == nil)
        #expect(throws: PostgresDecodingError.self) { try row.get("none", as: Int.self) }
        #expect(throws: PostgresDecodingError.self) {
            _ = try row.decode(Int.self, Int.self, Int.self, Double.self, Int64.self, Int?.self, Int?.self)
        }
    }

    @Test("nil is NULL of whatever type the statement wants")
    func nulls() async throws {
        let connection = try await TestDatabase.connect()
        let nothing: Int? = nil
        let row = try #require(try await connection.first("SELECT $1::int8, $2::text, $3::bytea[]", nothing, nil, nil))
        #expect(try row.decode(Int?.self, String?.self, [[UInt8]]?.self) == (nil, nil, nil))
        for value in [nil, 5, nil, 6] as [Int?] {
            let back: Int? = try #require(try await connection.first("SELECT $1::int8", value))[0]
            #expect(back == value)
        }
    }

    @Test("random values survive the round trip")
    func randomValues() async throws {
        var random = SeededRandom()
        let connection = try await TestDatabase.connect()
        let integers = (0..<500).map { _ in Int64.random(in: .min ... .max, using: &random) }
        let doubles = (0..<500).map { _ in Double(bitPattern: random.next()) }.filter { !$0.isNaN }
        let texts = (0..<200).map { _ in
            String(
                String.UnicodeScalarView(
                    (0..<Int.random(in: 0...40, using: &random)).compactMap { _ in
                        UnicodeScalar(UInt32.random(in: 1...0x10FFFF, using: &random))
                    }))
        }
        let microseconds = (0..<500).map { _ in
            Int64.random(in: -2_000_000_000_000_000...8_000_000_000_000_000, using: &random)
        }
        let dates = microseconds.map { Date(timeIntervalSince1970: Double($0) / 1e6) }
        let row = try #require(try await connection.first("SELECT $1, $2, $3, $4", integers, doubles, texts, dates))
        let back = try row.decode([Int64].self, [Double].self, [String].self, [Date].self)
        #expect(back.0 == integers, "seed \(random.seed)")
        #expect(back.1 == doubles, "seed \(random.seed)")
        #expect(
            back.2.map { Array($0.unicodeScalars) } == texts.map { Array($0.unicodeScalars) }, "seed \(random.seed)")
        for (sent, received) in zip(dates, back.3) {
            #expect(abs(sent.timeIntervalSince(received)) < 0.000_001, "seed \(random.seed)")
        }
    }
}
