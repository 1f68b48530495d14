import Foundation

/// Runs the body with the path of a folder that does not exist yet, and removes what the body made of it.
func withTemporaryFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("shop-\(UUID().uuidString)").path
    let result = try await body(path)
    try FileManager.default.removeItem(atPath: path)
    return result
}
