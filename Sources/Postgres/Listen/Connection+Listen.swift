import Logging
import Synchronization

extension Connection {
    /// Listens on a channel. The connection can go on running statements.
    ///
    /// - Parameter channel: any text of at most 63 bytes; it is quoted.
    /// - Returns: the notifications sent from now on.
    public func listen(_ channel: String) async throws -> NotificationStream {
        try await occupy(turn) {
            if !self.subscriptions.has(channel) {
                _ = try await self.command("LISTEN \(try self.quote(channel))")
            }
            let (base, continuation) = NotificationStream.Base.makeStream(bufferingPolicy: .bufferingNewest(65_536))
            let identifier = self.subscriptions.add(channel, continuation)
            continuation.onTermination = { [weak self] _ in
                guard let self else { return }
                Task { await self.stopListening(identifier, on: channel) }
            }
            self.condition.store(.used, ordering: .releasing)
            self.watchForNotifications()
            return NotificationStream(base: base)
        }
    }

    private func stopListening(_ identifier: Int, on channel: String) async {
        guard subscriptions.remove(identifier, from: channel), wire != nil else { return }
        await turn.takeRegardless()
        defer { turn.release() }
        // Somebody may have begun to listen again meanwhile.
        guard wire != nil, !subscriptions.has(channel) else { return }
        do {
            _ = try await command("UNLISTEN \(try quote(channel))", stop: .shielded)
        } catch {
            logger.warning("closing a connection that could not stop listening", metadata: ["error": "\(error)"])
            abort()
        }
    }

    private func quote(_ channel: String) throws -> String {
        guard let wire else { throw ConnectionError.closed(endpoint: endpoint) }
        guard channel.utf8.count <= 63, !channel.utf8.contains(0), let quoted = wire.quoteIdentifier(channel) else {
            throw PostgresError(
                SQLState("42602"), "a channel's name is text of at most 63 bytes", hint: "shorten the name",
                statement: "LISTEN")
        }
        return quoted
    }

    /// Asks the reactor to call when the server says something while no operation waits for it.
    func watchForNotifications() {
        wire?.watch { [weak self] in
            guard let self else { return }
            Task(executorPreference: ConnectionThread.executor) { await self.socketStirred() }
        }
    }

    private func socketStirred() {
        // An operation under way reads for itself, and looks for notifications at its end.
        guard activity == nil, let wire, !subscriptions.isEmpty else { return }
        guard wire.readUnasked() else {
            _ = lose(during: "LISTEN")
            return
        }
        deliverNotifications()
        watchForNotifications()
    }

    /// Hands out the notifications read so far.
    func deliverNotifications() {
        for notification in wire?.takeNotifications() ?? [] { subscriptions.deliver(notification) }
    }
}
