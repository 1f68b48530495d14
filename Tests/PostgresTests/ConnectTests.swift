import Foundation
import Glibc
import Postgres
import Testing

@Suite("Connecting", .database, .serialized)
struct ConnectTests {
    private static let password = "s3cr3t/p@ss word"

    private func cannotConnect(_ uri: String) async throws -> ConnectionError {
        try await failure(ConnectionError.self) {
            _ = try await Connection.connect(Configuration(uri: uri))
        }
    }

    @Test("a refused port is named, with the way out")
    func refused() async throws {
        let error = try await cannotConnect("postgres://somebody:\(ConnectTests.encoded)@127.0.0.1:1/nothing")
        guard case .cannotConnect(let endpoint, let reason) = error else { throw error }
        #expect(endpoint == "127.0.0.1:1/nothing" && reason.contains("Connection refused"))
        #expect(error.description.contains("→ start the server, or correct host and port"))
        #expect(!error.description.contains("s3cr3t"))
    }

    @Test("an unknown database is named, with the way out")
    func unknownDatabase() async throws {
        let error = try await cannotConnect(TestDatabase.place().uri { $0.path = "/no_such_database" })
        #expect(error.description.contains("no_such_database") && error.description.contains("3D000"))
        #expect(error.description.contains("→ create the database"))
    }

    private static var encoded: String {
        password.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    /// A role with a password, and a line in pg_hba.conf that makes the server ask for it.
    private func withPasswordRole(_ body: (_ uri: (_ password: String) throws -> String) async throws -> Void)
        async throws
    {
        let place = try TestDatabase.place()
        let admin = try await TestDatabase.connect()
        try await admin.script("CREATE ROLE asked_for_password LOGIN PASSWORD 'right one'")
        let row = try #require(
            try await admin.first("SELECT current_setting('hba_file'), pg_read_file(current_setting('hba_file'))"))
        let (file, before) = try row.decode(String.self, String.self)
        func write(_ text: String) async throws {
            // The server writes its own file, since this process may be another user.
            let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") && !$0.isEmpty }
            let rows = lines.map { "($line$\($0)$line$)" }.joined(separator: ", ")
            try await admin.script(
                Statement(
                    file: "COPY (VALUES \(rows)) TO $file$\(file)$file$ (DELIMITER E'\\x01')".replacingOccurrences(
                        of: "$file$", with: "'")))
            try await admin.execute("SELECT pg_reload_conf()")
        }
        try await write("host \(place.name) asked_for_password all scram-sha-256\n" + before)
        try await eventually("the rule never came into force") {
            try await admin.first(
                "SELECT 1 FROM pg_hba_file_rules WHERE user_name = ARRAY['asked_for_password'] AND error IS NULL")
                != nil
        }
        func uri(_ password: String) throws -> String {
            try place.uri {
                $0.user = "asked_for_password"
                $0.password = password
            }
        }
        try await eventually("the server never asked for the password") {
            do {
                try await Connection.connect(Configuration(uri: uri("wrong"))).close()
                return false
            } catch is ConnectionError {
                return true
            }
        }
        let outcome: Result<Void, any Error>
        do {
            try await body(uri)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        try await write(before)
        try await admin.script("DROP ROLE asked_for_password")
        try outcome.get()
    }

    @Test("a wrong password fails at once, from the pool too, and is never shown")
    func wrongPassword() async throws {
        try await withPasswordRole { uri in
            let wrong = try uri(ConnectTests.password)
            let error = try await cannotConnect(wrong)
            #expect(error.description.contains("28P01"))
            #expect(error.description.contains("→ check user and password"))
            let pool = Pool(try Configuration(uri: wrong), acquireTimeout: .seconds(600))
            let started = ContinuousClock.now
            let fromPool = try await failure(ConnectionError.self) { try await pool.execute("SELECT 1") }
            #expect(ContinuousClock.now - started < .seconds(120))
            await pool.close()
            for text in ["\(error)", String(reflecting: error), "\(fromPool)", String(reflecting: fromPool)] {
                #expect(!text.contains("s3cr3t") && !text.contains("p@ss") && !text.contains(ConnectTests.encoded))
            }
            let right = try await Connection.connect(Configuration(uri: uri("right one")))
            #expect(try await right.first("SELECT 1") != nil)
            let missing = try await cannotConnect(uri("right one").replacingOccurrences(of: ":right%20one", with: ""))
            #expect(missing.description.contains("no password supplied"))
        }
    }

    @Test("a configuration never shows its password, however it is printed")
    func printing() throws {
        let configuration = try Configuration(
            uri: "postgres://me:\(ConnectTests.encoded)@db.example:5433/shop?sslmode=require")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped, "\([configuration])"] {
            #expect(text.contains("db.example:5433/shop"))
            #expect(!text.contains("s3cr3t") && !text.contains("me:"))
        }
    }

    @Test("a connection string that cannot be read is refused without being quoted")
    func unreadable() throws {
        for uri in [
            "postgres://u:s3cr3t@h:1/d?nonsense=1", "host=h password=my s3cr3t", "postgres://u:s3cr3t%zz@h/d", "s3cr3t",
        ] {
            let error = #expect(throws: ConnectionError.self) { try Configuration(uri: uri) }
            #expect(error?.description.contains("s3cr3t") == false)
            #expect(error?.description.contains("→ write postgres://") == true)
        }
    }

    @Test("the environment gives DATABASE_URL, and PG variables fill the gaps")
    func environment() async throws {
        let place = try TestDatabase.place()
        #expect(
            try Configuration(environment: ["DATABASE_URL": "postgres://h1:7000/d1", "PGPORT": "1"]).endpointDescription
                == "h1:7000/d1")
        let variables = [
            "PGHOST": place.host, "PGPORT": "\(place.port)", "PGUSER": place.user, "PGDATABASE": place.name,
            "PGPASSWORD": place.url.password ?? "",
        ]
        let configuration = try Configuration(environment: variables)
        #expect(configuration.endpointDescription == "\(place.host):\(place.port)/\(place.name)")
        let connection = try await Connection.connect(configuration)
        let name: String = try #require(try await connection.first("SELECT current_database()"))[0]
        #expect(name == place.name)
    }

    @Test("application name and session parameters reach the server, blanks and backslashes included")
    func sessionParameters() async throws {
        let connection = try await TestDatabase.connect {
            $0.applicationName = "Millrace's test"
            $0.sessionParameters = ["search_path": "\"my schema\", \"a\\b\", public", "statement_timeout": "12345"]
        }
        let row = try #require(
            try await connection.first(
                "SELECT current_setting('application_name'), current_setting('search_path'), current_setting('statement_timeout')"
            ))
        #expect(
            try row.decode(String.self, String.self, String.self)
                == ("Millrace's test", "\"my schema\", \"a\\b\", public", "12345ms"))
    }

    @Test("when the first host is dead the next one is used")
    func deadHost() async throws {
        let place = try TestDatabase.place()
        let user = place.url.percentEncodedUser ?? "postgres"
        let password = place.url.percentEncodedPassword.map { ":\($0)" } ?? ""
        let uri = "postgres://\(user)\(password)@127.0.0.1:1,\(place.host):\(place.port)/\(place.name)"
        let connection = try await Connection.connect(Configuration(uri: uri))
        #expect(try await connection.first("SELECT 1") != nil)
        let writable = try await Connection.connect(Configuration(uri: uri + "?target_session_attrs=read-write"))
        #expect(try await writable.first("SELECT 1") != nil)
    }

    @Test("when the first host takes connections but never answers, the next one is used; alone it times out")
    func silentHost() async throws {
        let silent = try SilentServer()
        let place = try TestDatabase.place()
        let user = place.url.percentEncodedUser ?? "postgres"
        let password = place.url.percentEncodedPassword.map { ":\($0)" } ?? ""
        var configuration = try Configuration(
            uri: "postgres://\(user)\(password)@127.0.0.1:\(silent.port),\(place.host):\(place.port)/\(place.name)")
        configuration.connectTimeout = .seconds(2)
        let connection = try await Connection.connect(configuration)
        #expect(try await connection.first("SELECT 1") != nil)

        var alone = try Configuration(uri: "postgres://\(user)@127.0.0.1:\(silent.port)/x")
        alone.connectTimeout = .milliseconds(100)
        let error = try await failure(ConnectionError.self) { _ = try await Connection.connect(alone) }
        #expect(error.description.contains("no answer within 0.1 seconds"))
    }

    @Test("connecting can be cancelled")
    func cancelConnecting() async throws {
        let silent = try SilentServer()
        var configuration = try Configuration(uri: "postgres://u@127.0.0.1:\(silent.port)/x")
        configuration.connectTimeout = .seconds(600)
        let patient = configuration
        let started = ContinuousClock.now
        let connecting = Task { try await Connection.connect(patient) }
        try await eventually("nobody called") { silent.hasCaller() }
        connecting.cancel()
        _ = try await failure(CancellationError.self) { _ = try await connecting.value }
        #expect(ContinuousClock.now - started < .seconds(120))
    }

    @Test("the pool tries again while the server is not there, and then says why")
    func serverMissing() async throws {
        var configuration = try Configuration(uri: "postgres://u@127.0.0.1:1/x")
        configuration.connectTimeout = .seconds(1)
        let pool = Pool(configuration, acquireTimeout: .milliseconds(600))
        let started = ContinuousClock.now
        let error = try await failure(ConnectionError.self) { try await pool.execute("SELECT 1") }
        #expect(error.description.contains("Connection refused"))
        #expect(ContinuousClock.now - started >= .milliseconds(600))
        await pool.close()
    }

    @Test("the pool gets through as soon as the server is there")
    func serverComesUp() async throws {
        let place = try TestDatabase.place()
        let relay = try Relay(to: place.port)
        let user = place.url.percentEncodedUser ?? "postgres"
        let password = place.url.percentEncodedPassword.map { ":\($0)" } ?? ""
        let uri = "postgres://\(user)\(password)@127.0.0.1:\(relay.port)/\(place.name)"
        let pool = Pool(try Configuration(uri: uri), acquireTimeout: .seconds(60))
        let query = Task { try await pool.first("SELECT 11::int8")?.decode(Int.self) }
        try await eventually("nobody waited") { pool.statistics.waiting == 1 }
        try relay.start()
        #expect(try await query.value == 11)
        await pool.close()
    }

    @Test("a connection the network lost in silence does not keep a cancelled task")
    func silentLoss() async throws {
        let place = try TestDatabase.place()
        let relay = try Relay(to: place.port)
        try relay.start()
        let user = place.url.percentEncodedUser ?? "postgres"
        let password = place.url.percentEncodedPassword.map { ":\($0)" } ?? ""
        let connection = try await Connection.connect(
            Configuration(uri: "postgres://\(user)\(password)@127.0.0.1:\(relay.port)/\(place.name)"))
        relay.stopForwarding()
        let started = ContinuousClock.now
        let query = Task { try await connection.execute("SELECT 1") }
        try await eventually("the statement never arrived at the relay") { relay.hasHeldBack }
        query.cancel()
        _ = try await failure(CancellationError.self) { _ = try await query.value }
        #expect(ContinuousClock.now - started < .seconds(120))
        #expect(await !connection.isUsable)
        relay.stop()
    }
}
