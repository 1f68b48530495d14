import Foundation
import Millrace
import Postgres
import TestSupport
import Testing

extension TestDatabase {
    /// The URL of the test's database on the server of the tests.
    var url: String {
        get throws {
            var url = try #require(
                URLComponents(string: ProcessInfo.processInfo.environment["MILLRACE_TEST_DATABASE_URL"] ?? ""))
            url.path = "/" + name
            return try #require(url.string)
        }
    }

    /// Runs the command line on the test's database.
    func millrace(_ arguments: [String]) async throws -> Command {
        try await Command.run(arguments, environment: ["DATABASE_URL": try url])
    }
}

/// Runs the command line on the database of the test that runs.
func millrace(_ arguments: String...) async throws -> Command {
    try await TestDatabase.current.millrace(arguments)
}

/// Does what the test says.
struct Acting: Plugin {
    struct Arguments: Codable, Sendable {
        var word = ""
        var day = ""
    }

    static let name = "acting"
    static let arguments = ArgumentSchema(defaults: Arguments())
    static let defaults = JobDefaults(
        maxAttempts: 2, backoff: Backoff(base: .milliseconds(10), cap: .milliseconds(20)))

    let body: @Sendable (JobContext<Arguments>) async throws -> Void

    func run(_ job: JobContext<Arguments>) async throws {
        try await body(job)
    }

    static func registry(
        _ body: @escaping @Sendable (JobContext<Arguments>) async throws -> Void = { _ in }
    ) throws -> PluginRegistry {
        var registry = PluginRegistry()
        try registry.register(Acting(body: body))
        return registry
    }

    static func request(_ word: String = "", queue: String? = nil, tags: [String] = []) throws -> JobRequest {
        var request = try JobRequest(Acting.self, Arguments(word: word))
        request.queue = queue ?? request.queue
        request.tags = tags
        return request
    }
}

/// What stands in JSON that a command printed.
func json<Value: Decodable>(_ command: Command, as type: Value.Type = Value.self) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(command.output.utf8))
}
