/// Sends mail through one server.
///
/// ```swift
/// let client = SMTPClient(try SMTPConfiguration(url: "smtp://127.0.0.1:2525"))
/// let receipt = try await client.withConnection { session in
///     try await session.send(message)
/// }
/// ```
public struct SMTPClient: Sendable {
    /// The server and how to talk to it.
    public let configuration: SMTPConfiguration

    /// A client of this server; nothing is connected yet.
    public init(_ configuration: SMTPConfiguration) { self.configuration = configuration }

    /// Opens a connection, lends it to `operation`, and says QUIT at its end, however it ends.
    ///
    /// - Returns: what `operation` returns.
    /// - Throws: ``SMTPFailure`` when the connection cannot be opened, `CancellationError` when the task is cancelled
    ///   meanwhile, and whatever `operation` throws.
    nonisolated(nonsending) public func withConnection<Success>(
        _ operation: nonisolated(nonsending) (SMTPSession) async throws -> Success
    ) async throws -> Success {
        let session = try await SMTPSession(configuration)
        do {
            let success = try await operation(session)
            await session.close()
            return success
        } catch {
            await session.close()
            throw error
        }
    }
}
