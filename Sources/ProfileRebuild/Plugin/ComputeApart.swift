import Foundation
import Synchronization

/// Runs long computing on a thread of its own, so that the few threads that all tasks share stay free for heartbeats.
///
/// - Parameter body: is given a function that throws `CancellationError` once the task is cancelled; call it often.
/// - Returns: what `body` returned.
func computeApart<Value: Sendable>(
    _ body: @escaping @Sendable (_ check: () throws -> Void) throws -> Value
) async throws -> Value {
    let flag = CancellationFlag()
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try body(flag.check) })
            }
        }
    } onCancel: {
        flag.raise()
    }
}

/// Carries a task's cancellation to a thread that is no task.
private final class CancellationFlag: Sendable {
    private let isRaised = Atomic(false)

    func raise() { isRaised.store(true, ordering: .relaxed) }

    func check() throws {
        if isRaised.load(ordering: .relaxed) { throw CancellationError() }
    }
}
