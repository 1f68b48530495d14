/// Runs an operation to its end also when the task is cancelled meanwhile: a mail half sent is worse than a late stop.
///
/// - Parameter grace: how long it may go on after the cancellation, before it is cancelled as well.
func finishFirst<Success: Sendable>(
    within grace: Duration = .seconds(20), _ operation: @escaping @Sendable () async throws -> Success
) async throws -> Success {
    let task = Task { try await operation() }
    return try await withTaskCancellationHandler {
        try await task.value
    } onCancel: {
        Task {
            try await Task.sleep(for: grace)
            task.cancel()
        }
    }
}
