/// Sleeps also in a cancelled task: an outcome must still be written during shutdown.
func pause(_ duration: Duration) async {
    _ = await Task { try await Task.sleep(for: duration) }.result
}
