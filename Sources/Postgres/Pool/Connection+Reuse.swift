import CLibPQ
import Logging
import Synchronization

/// What a pool asks of a connection before somebody else may have it.
extension Connection {
    /// Whether it is idle and as it was when it was opened; known without waiting for the actor.
    nonisolated var isClean: Bool {
        condition.load(ordering: .acquiring) == .clean && !turn.isTaken
    }

    /// Waits until what its last user left behind is done; false when it is not as it was when it was opened.
    func settle() async -> Bool {
        await turn.takeRegardless()
        defer { turn.release() }
        return isUsable && condition.load(ordering: .acquiring) == .clean
    }

    /// Whether it still works after it was idle for a while.
    ///
    /// The socket tells at once when the server has closed it; only after a longer pause is the server asked, since
    /// a firewall may have forgotten the connection.
    func isAlive(idleFor pause: Duration) async -> Bool {
        guard !turn.isTaken, let wire, !wire.isBroken else { return false }
        guard wire.readUnasked() else {
            _ = lose(during: "waiting")
            return false
        }
        guard pause > .seconds(30) else { return true }
        do {
            _ = try await command("SELECT 1", stop: .shielded)
            return true
        } catch {
            logger.debug("a connection did not survive being idle", metadata: ["error": "\(error)"])
            abort()
            return false
        }
    }
}
