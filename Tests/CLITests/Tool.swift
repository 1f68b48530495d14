import Foundation

/// A program of the system that reads what millrace prints: a shell, man.
struct Tool: Sendable {
    private let binary: URL

    /// `nil` where the program is not installed.
    init?(_ name: String) {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let candidates = folders.map { URL(fileURLWithPath: String($0)).appendingPathComponent(name) }
        guard let found = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else {
            return nil
        }
        binary = found
    }

    /// Runs it on a file of that text, whose path takes the place of `FILE` among the arguments.
    func run(on text: String, _ arguments: [String]) async throws -> Command {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("millrace-test-\(UUID())")
        try Data(text.utf8).write(to: file)
        defer { unlink(file.path) }
        let filled = arguments.map { $0 == "FILE" ? file.path : $0 }
        var environment = ProcessInfo.processInfo.environment
        environment["MANWIDTH"] = "80"
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { [binary, environment] in
                continuation.resume(with: Result { try Command.runBlocking(binary, filled, environment) })
            }
        }
    }
}
