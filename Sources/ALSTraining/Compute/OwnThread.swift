import Foundation
import Synchronization

/// Runs a long computation on a thread of its own.
///
/// The threads of Swift's pool are as many as the cores, and the worker's heartbeats need them: a computation that kept
/// them busy for longer than the lease would get its own worker declared lost.
///
/// - Parameter body: is given a check that throws when the task was cancelled; to be called every now and then.
/// - Throws: what `body` throws.
func onOwnThread<Value: Sendable>(
    _ body: @escaping @Sendable (_ check: () throws -> Void) throws -> Value
) async throws -> Value {
    let isCancelled = CancellationFlag()
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                continuation.resume(with: Result { try body(isCancelled.check) })
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
    } onCancel: {
        isCancelled.raise()
    }
}

/// Carries a task's cancellation to a thread that belongs to no task.
private final class CancellationFlag: Sendable {
    private let isRaised = Atomic(false)

    func raise() { isRaised.store(true, ordering: .relaxed) }

    func check() throws {
        if isRaised.load(ordering: .relaxed) { throw CancellationError() }
    }
}
