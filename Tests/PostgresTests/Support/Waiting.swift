import Postgres
import Testing

/// Waits until a condition holds; records an issue when it does not in 12,000 looks 5 ms apart.
///
/// Looks, not seconds: where a thousand tests share two threads, a look can wait seconds for its turn, and so can each
/// step of what it waits for.
func eventually(
    _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
    for _ in 0..<12_000 {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record(what, sourceLocation: sourceLocation)
}

/// Waits until the server runs a statement for this backend.
func untilBusy(_ backendPID: Int32, seenBy observer: Connection) async throws {
    try await eventually("backend \(backendPID) never became active") {
        try await observer.first(
            "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND wait_event IS NOT NULL",
            backendPID) != nil
    }
}

/// The error of a call that is expected to fail, as a type.
func failure<E: Error, T>(
    _ type: E.Type, sourceLocation: SourceLocation = #_sourceLocation, of body: () async throws -> T
) async throws -> E {
    let error = await #expect(throws: (any Error).self, sourceLocation: sourceLocation) { _ = try await body() }
    return try #require(error as? E, "\(String(describing: error))", sourceLocation: sourceLocation)
}

/// A random source whose seed a failing test shows.
struct SeededRandom: RandomNumberGenerator {
    let seed: UInt64
    private var state: UInt64

    init() {
        seed = UInt64.random(in: .min ... .max)
        state = seed
    }

    // SplitMix64 (Steele, Lea and Flood 2014).
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
