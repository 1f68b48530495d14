import Millrace
import Postgres

/// Signs in somewhere, with a password that nobody else may read.
struct SignIn: Plugin {
    struct Arguments: Codable, Sendable {
        var account: String
        var password: String
        var codes: [Int]?
    }

    static let name = "sign-in"
    static let arguments = ArgumentSchema(
        reflecting: Arguments.self,
        describing: [
            "account": .init("Whose."), "password": .init("Their password.").secret(),
            "codes": .init("Codes that count once.", minimum: 0).secret(),
        ])
    static let defaults = JobDefaults(
        maxAttempts: 3, backoff: Backoff(base: .milliseconds(10), cap: .milliseconds(20)))

    let body: @Sendable (JobContext<Arguments>) async throws -> Void

    init(_ body: @escaping @Sendable (JobContext<Arguments>) async throws -> Void = { _ in }) {
        self.body = body
    }

    func run(_ job: JobContext<Arguments>) async throws {
        try await body(job)
    }
}

extension Keyring {
    /// A keyring of new random keys, the first of them current.
    static func random(_ ids: String...) throws -> Keyring {
        try Keyring(ids.map { try Keyring.makeKey(id: $0) }.joined(separator: ","))
    }
}
