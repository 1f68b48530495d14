import Testing

/// Waits until a condition holds.
///
/// - Parameters:
///   - limit: a bound for a system that is broken, not an expectation of speed.
///   - what: the condition in words, for the failure.
/// - Throws: ``NeverHappened`` at the limit.
public func eventually(
    _ what: String, within limit: Duration = .seconds(30), _ condition: () async throws -> Bool
) async throws {
    let start = ContinuousClock.now
    while try await !condition() {
        guard start.duration(to: .now) < limit else { throw NeverHappened(what: what) }
        try await Task.sleep(for: .milliseconds(20))
    }
}

/// A condition that did not come to hold.
public struct NeverHappened: Error, CustomStringConvertible {
    let what: String

    /// The condition.
    public var description: String { "did not happen: \(what)" }
}
