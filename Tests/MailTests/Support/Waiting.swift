import Foundation

struct NeverHappened: Error, CustomStringConvertible {
    let condition: String
    var description: String { "waited 30 s, but it never came true that \(condition)" }
}

/// Waits until the condition holds, at most 30 s.
nonisolated(nonsending) func waitUntil(_ condition: String, _ holds: nonisolated(nonsending) () async throws -> Bool)
    async throws
{
    let end = ContinuousClock.now.advanced(by: .seconds(30))
    while try await !holds() {
        guard ContinuousClock.now < end else { throw NeverHappened(condition: condition) }
        try await Task.sleep(for: .milliseconds(10))
    }
}

/// A new folder that is removed at the end.
nonisolated(nonsending) func withTemporaryFolder(
    _ body: nonisolated(nonsending) (URL) async throws -> Void
) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "mail-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    do { try await body(folder) } catch {
        try FileManager.default.removeItem(at: folder)
        throw error
    }
    try FileManager.default.removeItem(at: folder)
}
