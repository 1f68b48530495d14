import Logging
import Postgres
import TestSupport
import Testing

// region: environment
/// DATABASE_URL, else libpq's PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE and so on.
func configurationOfProcess() throws -> Configuration {
    var configuration = try Configuration()
    configuration.applicationName = "orders"
    configuration.connectTimeout = .seconds(5)
    configuration.sessionParameters = ["statement_timeout": "30s"]
    return configuration
}
// endregion: environment

@Suite("Guide: connecting", .emptyDatabase)
struct ConnectingGuide {
    @Test("the settings of a configuration are those of its sessions")
    func settings() async throws {
        var configuration = try configurationOfProcess()
        #expect(configuration.sessionParameters["statement_timeout"] == "30s")
        configuration = try TestDatabase.current.configuration
        configuration.applicationName = "orders"
        configuration.sessionParameters = ["statement_timeout": "30s"]
        // region: connect
        let connection = try await Connection.connect(configuration)
        let name: String = try await connection.query("SELECT current_setting('application_name')")[0][0]
        await connection.close()
        // endregion: connect
        #expect(name == "orders")
    }

    @Test("a string that is none, and a server that is not there, are told apart")
    func errors() async throws {
        let logger = TestDatabase.logger
        let uri = "postgres://nobody@127.0.0.1:1/nothing"
        // region: errors
        do {
            let connection = try await Connection.connect(Configuration(uri: uri))
            await connection.close()
        } catch ConnectionError.invalidConfiguration(let reason) {
            logger.error("the address is wrong: \(reason)")
        } catch ConnectionError.cannotConnect(let endpoint, let reason) {
            logger.error("cannot connect to \(endpoint): \(reason)")
        }
        // endregion: errors
        await #expect(throws: ConnectionError.self) { try await Connection.connect(Configuration(uri: uri)) }
        #expect(throws: ConnectionError.self) { try Configuration(uri: "postgres://[") }
    }
}
