import Foundation

struct NeverHappened: Error, CustomStringConvertible {
    let condition: String
    var description: String { "looked 3,000 times, but it never came true that \(condition)" }
}

/// Waits until the condition holds, for at most 3,000 looks 10 ms apart.
///
/// Looks, not seconds: where a thousand tests share two threads, a look can wait seconds for its turn, and so can each
/// step of what it waits for.
nonisolated(nonsending) func waitUntil(_ condition: String, _ holds: nonisolated(nonsending) () async throws -> Bool)
    async throws
{
    for _ in 0..<3_000 {
        if try await holds() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    throw NeverHappened(condition: condition)
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
