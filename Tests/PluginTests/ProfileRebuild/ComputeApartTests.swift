import Testing

@testable import ProfileRebuild

@Suite("Computing on a thread of its own")
struct ComputeApartTests {
    @Test("hands back what was computed, or thrown")
    func outcome() async throws {
        struct Broken: Error {}
        #expect(try await computeApart { _ in 6 * 7 } == 42)
        await #expect(throws: Broken.self) { try await computeApart { _ in throw Broken() } }
    }

    @Test("a cancelled task's computation is told and ends")
    func cancellation() async {
        let started = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await computeApart { check in
                started.continuation.yield()
                // Ends by the check alone.
                while true { try check() }
            }
        }
        for await _ in started.stream { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
