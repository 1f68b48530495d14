import Logging
import Postgres
import TestSupport
import Testing

@testable import Millrace

/// All that is stored of jobs, as JSON, a row of a table each.
private let storedStatement: Statement = """
    SELECT to_jsonb(job)::text FROM millrace.job
    UNION ALL SELECT to_jsonb(finished)::text FROM millrace.finished
    UNION ALL SELECT to_jsonb(attempt_error)::text FROM millrace.attempt_error
    UNION ALL SELECT to_jsonb(log_line)::text FROM millrace.log_line
    """

private let secret = "tulip-4711"

@Suite("Sealed jobs", .database)
struct SealedJobTests {
    private let keyring: Keyring

    init() throws {
        keyring = try .random("new", "old")
    }

    @Test("a worker runs a sealed job, and the clear text is in no column of it")
    func run() async throws {
        let database = try TestDatabase.current
        let notes = Notes()
        let registry = try registry(keyring) { job in
            notes.add("\(job.arguments.account) \(job.arguments.password) \(job.arguments.codes ?? [])")
            job.log.info("signed in", metadata: ["account": "\(job.arguments.account)"])
            if job.attempt == 1 { throw RetryLater(after: .zero, "the first attempt of \(job.arguments.account)") }
            try await job.complete(result: job.arguments.account)
        }
        let request = try request(codes: [47_111_147])
        let standing = try await database.withWorker(registry) {
            try await database.end(of: try await database.pool.enqueue(request))
        }
        #expect(standing.state == .succeeded)
        #expect(notes.all == ["lovelace \(secret) [47111147]", "lovelace \(secret) [47111147]"])

        let stored: [String] = try await database.pool.query(storedStatement).map { try $0[0] }
        // Each table has a row that shows what is not secret, so the search below looks where it should.
        #expect(stored.filter { $0.contains("lovelace") }.count >= 5)
        #expect(stored.contains { $0.contains("millrace.sealed") })
        #expect(!stored.contains { $0.contains(secret) || $0.contains("47111147") })
        let args: JSONText = try await database.pool.query("SELECT args FROM millrace.job")[0][0]
        #expect(try Keyring.keyIDs(in: args) == ["new"])
        #expect(try JSONValue(parsing: args.redacted)["password"] == "(secret)")
    }

    @Test("waiting jobs are sealed anew under the current key, and then the older key may go")
    func rotate() async throws {
        let database = try TestDatabase.current
        let key = try Keyring.makeKey(id: "old")
        let fresh = try Keyring.makeKey(id: "new")
        let request = try JobRequest(
            SignIn.self, .init(account: "lovelace", password: secret), keyring: try Keyring(key))
        let id = try await database.pool.enqueue(request)
        #expect(try await database.pool.keyUses() == [KeyUse(key: "old", jobs: 1, open: 1)])
        #expect(try await database.pool.reseal(with: try Keyring("\(fresh),\(key)")) == 1)
        #expect(try await database.pool.keyUses() == [KeyUse(key: "new", jobs: 1, open: 1)])
        #expect(try await database.pool.reseal(with: try Keyring("\(fresh),\(key)")) == 0)
        let notes = Notes()
        let registry = try registry(try Keyring(fresh)) { job in notes.add(job.arguments.password) }
        let standing = try await database.withWorker(registry) { try await database.end(of: id) }
        #expect(standing.state == .succeeded)
        #expect(notes.all == [secret])
        #expect(try await database.pool.keyUses() == [KeyUse(key: "new", jobs: 1, open: 0)])
    }

    @Test("a job that an older key has sealed still runs")
    func olderKey() async throws {
        let database = try TestDatabase.current
        let key = try Keyring.makeKey(id: "old")
        let before = try Keyring(key)
        let after = try Keyring("\(Keyring.makeKey(id: "new")),\(key)")
        let request = try JobRequest(SignIn.self, .init(account: "lovelace", password: secret), keyring: before)
        let standing = try await database.withWorker(try registry(after)) {
            try await database.end(of: try await database.pool.enqueue(request))
        }
        #expect(standing.state == .succeeded)
    }

    @Test("a key that the worker does not have lets the job be tried again, until its attempts are used up")
    func unknownKey() async throws {
        let database = try TestDatabase.current
        let request = try request()
        for keyring in [try Keyring.random("other"), nil] {
            let standing = try await database.withWorker(try registry(keyring)) {
                try await database.end(of: try await database.pool.enqueue(request))
            }
            #expect(standing.state == .failed)
            #expect(standing.attempt == 3)
            #expect(standing.reason?.hasPrefix("sign-in: codes: is sealed with the key \"new\"") == false)
            #expect(standing.reason?.hasPrefix("sign-in: password: is sealed with the key \"new\"") == true)
            #expect(standing.reason?.contains("MILLRACE_KEY_FILE") == true)
        }
        let kinds: [String] = try await database.pool.query("SELECT DISTINCT kind FROM millrace.attempt_error").map {
            try $0[0]
        }
        #expect(kinds == ["arguments"])
    }

    @Test("once its plugin is published, a secret in the clear is refused, from SQL too")
    func clearSecret() async throws {
        let database = try TestDatabase.current
        try await database.pool.publish(try registry(nil).descriptions)
        let error = await #expect(throws: PostgresError.self) {
            try await database.pool.enqueue(
                JobRequest(plugin: "sign-in", arguments: JSONText(#"{"account":"ada","password":"clear"}"#)))
        }
        #expect(error?.message == "job 1: argument password of plugin sign-in is secret and came in the clear")
        #expect(try await database.pool.query("SELECT FROM millrace.job").isEmpty)
    }

    @Test("a sealed value that was moved or changed fails its job at once")
    func tampered() async throws {
        let database = try TestDatabase.current
        var value = try JSONValue(parsing: request(codes: [1]).arguments)
        value["password"] = value["codes"]
        let moved = JobRequest(plugin: "sign-in", arguments: value.text)
        value["password"] = ["millrace.sealed": ["key": "new"]]
        let broken = JobRequest(plugin: "sign-in", arguments: value.text)
        try await database.withWorker(try registry(keyring)) {
            let ids = try await database.pool.enqueue([moved, broken])
            for (id, reason) in zip(ids, ["sign-in: password: does not open", "sign-in: password: has the mark"]) {
                let standing = try await database.end(of: id)
                #expect(standing.state == .failed)
                #expect(standing.attempt == 1)
                #expect(standing.reason?.hasPrefix(reason) == true)
            }
        }
    }

    @Test("a secret that does not fit fails its job without being written down")
    func misfit() async throws {
        let database = try TestDatabase.current
        let arguments = JSONText(#"{"account":"lovelace","password":["\#(secret)"],"codes":["\#(secret)"]}"#)
        var request = JobRequest(plugin: "sign-in")
        request.arguments = try keyring.seal(
            arguments: arguments, secrets: SignIn.arguments.secrets, plugin: "sign-in")
        let standing = try await database.withWorker(try registry(keyring)) { [request] in
            try await database.end(of: try await database.pool.enqueue(request))
        }
        #expect(standing.state == .failed)
        #expect(standing.attempt == 1)
        #expect(standing.reason?.contains("password: the value does not fit (not shown, it is secret)") == true)
        #expect(standing.reason?.contains("codes: the value does not fit") == true)
        let stored: [String] = try await database.pool.query(storedStatement).map { try $0[0] }
        #expect(stored.contains { $0.contains("lovelace") })
        #expect(!stored.contains { $0.contains(secret) })
    }

    private func registry(
        _ keyring: Keyring?, _ body: @escaping @Sendable (JobContext<SignIn.Arguments>) async throws -> Void = { _ in }
    ) throws -> PluginRegistry {
        var registry = PluginRegistry(keyring: keyring)
        try registry.register(SignIn(body))
        return registry
    }

    private func request(codes: [Int]? = nil) throws -> JobRequest {
        try JobRequest(SignIn.self, .init(account: "lovelace", password: secret, codes: codes), keyring: keyring)
    }
}
