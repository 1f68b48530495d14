import Postgres
import TestSupport
import Testing

@testable import Millrace

/// Version 1 had `name`, version 2 `first` and `last`, version 3 has `names` and a secret `token` that was `key` before.
private struct Welcome: Plugin {
    struct Arguments: Codable, Sendable {
        var names: [String]
        var token: String?
        var loudness: Int?
    }

    struct NoName: Error, CustomStringConvertible { let description = "there is no name to divide" }

    static let name = "welcome"
    static let version = 3
    static let arguments = ArgumentSchema(
        reflecting: Arguments.self, describing: ["token": .init("Lets in.").secret()])

    static func upcast(_ arguments: JSONValue, from version: Int) throws -> JSONValue {
        var arguments = arguments
        switch version {
        case 1:
            guard let parts = arguments["name"]?.string?.split(separator: " ", maxSplits: 1), parts.count == 2 else {
                throw NoName()
            }
            arguments["name"] = nil
            arguments["first"] = .string(String(parts[0]))
            arguments["last"] = .string(String(parts[1]))
        case 2:
            if arguments["first"] == "List" { return [] }
            arguments["names"] = .array([arguments["first"], arguments["last"]].compactMap(\.self))
            arguments["first"] = nil
            arguments["last"] = nil
            arguments["token"] = arguments["key"]
            arguments["key"] = nil
            if let volume = arguments["volume"] {
                arguments["loudness"] = volume
                arguments["volume"] = nil
            }
        default: break
        }
        return arguments
    }

    func run(_ job: JobContext<Arguments>) async throws {
        try await job.complete(
            result: "\(job.arguments.names.joined(separator: "+")) \(job.arguments.token?.count ?? 0)")
    }
}

/// A later version of ``Add`` that brings nothing along.
private struct AddLater: Plugin {
    struct Arguments: Codable, Sendable {
        var left: Int
        var right: Int
        var third: Int?
    }

    static let name = "add"
    static let version = 4

    func run(_ job: JobContext<Arguments>) async throws {
        try await job.complete(result: job.arguments.left + job.arguments.right + (job.arguments.third ?? 0))
    }
}

@Suite("Versions of arguments", .database)
struct ArgumentVersionTests {
    private let keyring: Keyring

    init() throws {
        keyring = try .random("a")
    }

    @Test("jobs of all versions run, each brought up step by step")
    func twoVersions() async throws {
        let results = try await ends([
            request(#"{"name":"Ada King Lovelace"}"#, version: 1),
            request(#"{"first":"Grace","last":"Hopper"}"#, version: 2),
            request(#"{"names":["Alan"]}"#, version: 3),
        ])
        #expect(results.map(\.state) == [.succeeded, .succeeded, .succeeded])
        #expect(results.map(\.result?.text) == [#""Ada+King Lovelace 0""#, #""Grace+Hopper 0""#, #""Alan 0""#])
    }

    @Test("a secret is open for the up-caster and may take another name")
    func sealed() async throws {
        let clear = JSONText(#"{"name":"Ada Lovelace","key":"tulip"}"#)
        let sealed = try keyring.seal(arguments: clear, secrets: ["key"], plugin: "welcome")
        #expect(try await ends([request(sealed.text, version: 1)])[0].result?.text == #""Ada+Lovelace 5""#)
    }

    @Test("a plugin that says nothing of older versions gets their arguments as they are")
    func unchanged() async throws {
        var registry = PluginRegistry()
        try registry.register(AddLater())
        let result = try await ends([JobRequest(Add.self, .init(left: 1, right: 2))], registry)[0].result
        #expect(result?.text == "3")
    }

    @Test("arguments that cannot be brought up fail their job at once, with the plugin and the version")
    func failures() async throws {
        let results = try await ends([
            request(#"{"name":"Ada"}"#, version: 1),
            request(#"{"first":"List"}"#, version: 2),
            request(#"{"first":1}"#, version: 2),
            request("{}", version: 0),
        ])
        #expect(results.allSatisfy { $0.state == .failed && $0.attempt == 1 })
        #expect(
            results[0].reason == """
                welcome: arguments of version 1 cannot be brought to version 2: there is no name to divide  →  \
                enqueue the job again with arguments of version 3
                """)
        #expect(results[1].reason?.hasPrefix("welcome: arguments of version 2 became no JSON object") == true)
        #expect(results[2].reason?.hasPrefix("welcome: names[0]: 1 is not a text") == true)
        #expect(results[3].reason?.hasPrefix("welcome: the arguments have version 0") == true)
        let kinds: [String] = try await TestDatabase.current.pool.query(
            "SELECT DISTINCT kind FROM millrace.attempt_error"
        ).map { try $0[0] }
        #expect(kinds == ["arguments"])
    }

    @Test("a secret that an up-caster put where no secret is expected is not shown")
    func movedSecret() async throws {
        let clear = JSONText(#"{"first":"Ada","volume":"tulip"}"#)
        let sealed = try keyring.seal(arguments: clear, secrets: ["volume"], plugin: "welcome")
        let results = try await ends([
            request(sealed.text, version: 2), request(clear.text, version: 2),
        ])
        #expect(results[0].reason?.hasPrefix("welcome: loudness: the value does not fit (not shown") == true)
        #expect(results[0].reason?.contains("tulip") == false)
        // The same in the clear: without a sealed value there is nothing to hide.
        #expect(results[1].reason?.contains(#"loudness: "tulip" is not a whole number"#) == true)
    }

    private func request(_ arguments: String, version: Int) -> JobRequest {
        var request = JobRequest(plugin: "welcome", arguments: JSONText(arguments))
        request.argumentsVersion = version
        return request
    }

    private func ends(_ requests: [JobRequest], _ registry: PluginRegistry? = nil) async throws -> [JobStanding] {
        let database = try TestDatabase.current
        var welcoming = PluginRegistry(keyring: keyring)
        try welcoming.register(Welcome())
        return try await database.withWorker(registry ?? welcoming) {
            var ends: [JobStanding] = []
            for id in try await database.pool.enqueue(requests) { ends.append(try await database.end(of: id)) }
            return ends
        }
    }
}
