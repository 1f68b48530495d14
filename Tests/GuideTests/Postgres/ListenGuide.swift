import Postgres
import TestSupport
import Testing

@Suite("Guide: LISTEN", .emptyDatabase)
struct ListenGuide {
    @Test("a notification that is sent after listen returned arrives")
    func arrives() async throws {
        let database = try TestDatabase.current
        let configuration = database.configuration
        let pool = database.pool
        // region: listen
        let connection = try await Connection.connect(configuration)
        let notifications = try await connection.listen("orders")
        try await pool.execute("SELECT pg_notify('orders', $1)", "7")
        for try await notification in notifications {
            print(notification.channel, notification.payload)
            break
        }
        await connection.close()
        // endregion: listen
        #expect(await !connection.isUsable)
    }
}
