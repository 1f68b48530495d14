import Foundation

/// The `millrace` binary of this build, run as a user would run it.
struct Command {
    let status: Int32
    let output: String
    let errors: String

    /// Runs it to its end, on a thread of its own, without a terminal.
    static func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Command {
        try await run(arguments, environment: environment)
    }

    /// Where the binary of this build is.
    static var binary: URL {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("millrace")
    }

    /// The test's own environment without a database, and what is added to it.
    static func environment(adding environment: [String: String]) -> [String: String] {
        var all = ProcessInfo.processInfo.environment
        for name in ["DATABASE_URL", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE"] { all[name] = nil }
        return all.merging(environment) { _, new in new }
    }

    /// Runs it to its end, on a thread of its own, without a terminal.
    static func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Command {
        let all = Self.environment(adding: environment)
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { [all] in
                continuation.resume(with: Result { try runBlocking(binary, arguments, all) })
            }
        }
    }

    static func runBlocking(_ binary: URL, _ arguments: [String], _ environment: [String: String]) throws
        -> Command
    {
        let folder = FileManager.default.temporaryDirectory
        let out = folder.appendingPathComponent("millrace-test-\(UUID()).out")
        let err = folder.appendingPathComponent("millrace-test-\(UUID()).err")
        defer {
            for file in [out, err] where FileManager.default.fileExists(atPath: file.path) {
                unlink(file.path)
            }
        }
        for file in [out, err] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = binary
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: out)
        process.standardError = try FileHandle(forWritingTo: err)
        try process.run()
        process.waitUntilExit()
        return Command(
            status: process.terminationStatus, output: try String(contentsOf: out, encoding: .utf8),
            errors: try String(contentsOf: err, encoding: .utf8))
    }
}
