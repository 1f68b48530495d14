import Testing

/// Waits until a condition holds.
///
/// - Parameters:
///   - limit: a bound for a system that is broken, not an expectation of speed. It is counted in looks, 20 ms apart,
///     not by the clock: where a thousand tests share two threads, a look can wait seconds for its turn, and so can
///     each step of what it waits for.
///   - what: the condition in words, for the failure.
/// - Throws: ``NeverHappened`` at the limit.
public func eventually(
    _ what: String, within limit: Duration = .seconds(30), _ condition: () async throws -> Bool
) async throws {
    let pause = Duration.milliseconds(20)
    var waited = Duration.zero
    while try await !condition() {
        guard waited < limit else { throw NeverHappened(what: what) }
        try await Task.sleep(for: pause)
        waited += pause
    }
}

/// A condition that did not come to hold.
public struct NeverHappened: Error, CustomStringConvertible {
    let what: String

    /// The condition.
    public var description: String { "did not happen: \(what)" }
}
