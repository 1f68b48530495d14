import Logging
import Postgres

/// Tells all workers that something became ready: this one at once, the others by NOTIFY.
///
/// Rings are gathered for some milliseconds and sent outside of the transactions that made the jobs ready, since NOTIFY
/// takes a lock of the whole database at commit. A lost ring costs at most one poll interval.
struct Doorbell: Sendable {
    private let local: Signal
    private let outgoing = Signal()

    init(local: Signal) {
        self.local = local
    }

    func ring() {
        local.ring()
        outgoing.ring()
    }

    /// Sends the rings on until cancelled.
    func forward(over pool: Pool, logger: Logger) async {
        for await _ in outgoing.rings {
            do {
                try await pool.ringDoorbell()
                try await Task.sleep(for: .milliseconds(5))
            } catch is CancellationError {
                return
            } catch {
                logger.debug("ring was not sent; workers find the jobs by polling", metadata: ["error": "\(error)"])
            }
        }
    }
}
