import Postgres
import Testing

@Suite("LISTEN and NOTIFY", .database, .serialized)
struct ListenTests {
    @Test("notifications arrive while the same connection runs statements, and while it is idle")
    func whileBusy() async throws {
        let connection = try await TestDatabase.connect()
        let sender = try await TestDatabase.connect()
        let stream = try await connection.listen("job \"bell\"")
        let reader = Task {
            var seen: [String] = []
            for try await notification in stream {
                #expect(notification.channel == "job \"bell\"" && notification.senderPID == sender.backendPID)
                seen.append(notification.payload)
                if seen.count == 200 { break }
            }
            return seen
        }
        try await withThrowingTaskGroup { group in
            group.addTask {
                for number in 0..<200 {
                    try await sender.execute("SELECT pg_notify('job \"bell\"', $1)", "\(number)")
                    if number % 50 == 0 { try await Task.sleep(for: .milliseconds(20)) }
                }
            }
            group.addTask {
                for number in 0..<200 {
                    let back: Int = try #require(try await connection.first("SELECT $1::int8", number))[0]
                    #expect(back == number)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await reader.value == (0..<200).map(String.init))
        #expect(try await connection.first("SELECT 1") != nil)
    }

    @Test("a notification of one's own arrives, in a transaction too, and after COMMIT only")
    func ownNotifications() async throws {
        let connection = try await TestDatabase.connect()
        var iterator = try await connection.listen("mine").makeAsyncIterator()
        try await connection.transaction { try await $0.execute("SELECT pg_notify('mine', 'committed')") }
        #expect(try await iterator.next()?.payload == "committed")
    }

    @Test("two readers of a channel both hear it, and the last to leave stops listening")
    func twoReaders() async throws {
        let connection = try await TestDatabase.connect()
        var first: NotificationStream? = try await connection.listen("shared")
        let second = try await connection.listen("shared")
        try await connection.execute("NOTIFY shared, 'x'")
        var one = first?.makeAsyncIterator()
        #expect(try await one?.next()?.payload == "x")
        one = nil
        first = nil
        let reader = Task {
            for try await notification in second where notification.payload == "y" { return true }
            return false
        }
        try await connection.execute("NOTIFY shared, 'y'")
        #expect(try await reader.value)
    }

    @Test("when nobody reads any more the server is told")
    func unlisten() async throws {
        let connection = try await TestDatabase.connect()
        let reader = Task {
            for try await _ in try await connection.listen("short") { return }
        }
        try await eventually("never listened") {
            try await connection.first("SELECT 1 FROM pg_listening_channels() AS c WHERE c = 'short'") != nil
        }
        reader.cancel()
        _ = await reader.result
        try await eventually("still listening") {
            try await connection.first("SELECT 1 FROM pg_listening_channels()") == nil
        }
    }

    @Test("a stream throws when its idle connection is lost, and ends when it is closed")
    func lostConnection() async throws {
        let connection = try await TestDatabase.connect()
        let other = try await TestDatabase.connect()
        var iterator = try await connection.listen("gone").makeAsyncIterator()
        try await other.execute("SELECT pg_terminate_backend($1)", connection.backendPID)
        let error = try await failure(ConnectionError.self) { while try await iterator.next() != nil {} }
        guard case .lost = error else { throw error }
        #expect(await !connection.isUsable)

        var closing = try await other.listen("closed").makeAsyncIterator()
        await other.close()
        #expect(try await closing.next() == nil)
    }

    @Test("a channel's name that the server would cut is refused")
    func longName() async throws {
        let connection = try await TestDatabase.connect()
        let name = String(repeating: "x", count: 64)
        await #expect(throws: PostgresError.self) { _ = try await connection.listen(name) }
        #expect(try await connection.first("SELECT 1") != nil)
    }
}
