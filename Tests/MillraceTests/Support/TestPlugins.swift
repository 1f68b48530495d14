import Millrace
import Postgres
import Synchronization

/// Adds two numbers and returns the sum.
struct Add: Plugin {
    struct Arguments: Codable, Sendable {
        var left: Int
        var right: Int
    }

    static let name = "add"
    static let summary = "Adds two numbers."

    func run(_ job: JobContext<Arguments>) async throws {
        try await job.complete(result: job.arguments.left + job.arguments.right)
    }
}

/// Does what the test says.
struct Scripted: Plugin {
    struct Arguments: Codable, Sendable {
        var word = ""
    }

    static let name = "scripted"
    static let arguments = ArgumentSchema(defaults: Arguments())
    static let defaults = JobDefaults(
        maxAttempts: 3, backoff: Backoff(base: .milliseconds(10), cap: .milliseconds(20)))

    let body: @Sendable (JobContext<Arguments>) async throws -> Void

    init(_ body: @escaping @Sendable (JobContext<Arguments>) async throws -> Void) {
        self.body = body
    }

    func run(_ job: JobContext<Arguments>) async throws {
        try await body(job)
    }

    static func request(_ word: String = "", key: String? = nil, needs: [String] = []) throws -> JobRequest {
        try JobRequest(Scripted.self, Arguments(word: word), key: key, needs: needs)
    }
}

extension PluginRegistry {
    static func adding() throws -> PluginRegistry {
        var registry = PluginRegistry()
        try registry.register(Add())
        return registry
    }

    static func scripted(
        _ body: @escaping @Sendable (JobContext<Scripted.Arguments>) async throws -> Void
    ) throws -> PluginRegistry {
        var registry = PluginRegistry()
        try registry.register(Scripted(body))
        return registry
    }
}

/// What several tasks of a test write down.
final class Notes: Sendable {
    private let notes = Mutex<[String]>([])

    var all: [String] { notes.withLock { $0 } }

    func add(_ note: String) { notes.withLock { $0.append(note) } }
}
