import NIOSSL

/// A server ready for messages, one after the other.
///
/// It lives inside ``SMTPClient/withConnection(_:)``. All messages go over one connection; when the server has closed
/// it between two messages (an idle timeout, a limit of messages), the next ``send(_:envelope:)`` opens a new one.
/// Messages sent from several tasks at once take turns.
public actor SMTPSession {
    private let configuration: SMTPConfiguration
    private let tls: NIOSSLContext?
    private var connection: SMTPConnection

    init(_ configuration: SMTPConfiguration) async throws {
        self.configuration = configuration
        tls = try await configuration.makeTLSContext()
        connection = try await SMTPConnection.open(configuration, tls: tls)
    }

    /// What the server offers, as it said after the encryption came up.
    public var capabilities: SMTPCapabilities { connection.capabilities }

    /// Whether the connection is encrypted.
    public var isEncrypted: Bool { connection.isEncrypted }

    /// Whether the connection is open, as far as is known; if not, the next message opens a new one.
    ///
    /// - Throws: only when the event loops of the process have been shut down.
    public var isOpen: Bool {
        get async throws { try await connection.isOpen }
    }

    /// Renders and sends one message.
    ///
    /// - Parameters:
    ///   - message: the message.
    ///   - envelope: who gets it and where bounces go; `nil` takes the message's `to` and `from`.
    /// - Returns: the server's word that it took the message over.
    /// - Throws: as ``send(_:envelope:)-(RenderedMessage,_)``; also ``EmailMessageError``, before anything is sent.
    public func send(_ message: EmailMessage, envelope: SMTPEnvelope? = nil) async throws -> SMTPReceipt {
        try await send(try message.rendered(), envelope: envelope)
    }

    /// Sends one message that is already rendered.
    ///
    /// - Throws: ``SMTPFailure``, which says at which step it failed and whether the message may have been accepted.
    ///   When the task is cancelled the connection is closed; it throws `CancellationError` if the message was certainly
    ///   not accepted, and an ``SMTPFailure`` of unknown outcome if the final dot was already sent.
    public func send(_ message: RenderedMessage, envelope: SMTPEnvelope? = nil) async throws -> SMTPReceipt {
        let envelope = envelope ?? SMTPEnvelope(sender: message.from, recipients: message.recipients)
        return try await openConnection().send(message, envelope)
    }

    private func openConnection() async throws -> SMTPConnection {
        if try await connection.isOpen { return connection }
        let opened = try await SMTPConnection.open(configuration, tls: tls)
        // Another task may have done the same while this one waited.
        if try await connection.isOpen {
            try await opened.quit()
        } else {
            connection = opened
        }
        return connection
    }

    func close() async {
        if Task.isCancelled {
            connection.abort()
        } else {
            // A goodbye that fails changes nothing for the messages, whose replies are all in.
            do { try await connection.quit() } catch { connection.abort() }
        }
    }
}
