import Synchronization

/// What a worker knows of its own life: when the database last confirmed it, by this process's monotonic clock.
///
/// The moment counted is the one before the heartbeat was sent, so the worker always believes in less time than the
/// database grants.
final class Liveness: Sendable {
    private struct State {
        var worker: Int64
        var confirmedAt: ContinuousClock.Instant
        var staleOutcomes = 0
    }

    private let state: Mutex<State>
    private let lease: Duration

    init(worker: Int64, confirmedAt: ContinuousClock.Instant, lease: Duration) {
        state = Mutex(State(worker: worker, confirmedAt: confirmedAt))
        self.lease = lease
    }

    var worker: Int64 { state.withLock(\.worker) }

    /// Half the lease without a confirmed heartbeat: nothing more is claimed.
    var mayClaim: Bool { silence < lease / 2 }

    /// The whole lease: others may have the jobs by now.
    var hasExpired: Bool { silence >= lease }

    private var silence: Duration {
        state.withLock { $0.confirmedAt.duration(to: .now) }
    }

    func confirm(sentAt: ContinuousClock.Instant) {
        state.withLock { $0.confirmedAt = max($0.confirmedAt, sentAt) }
    }

    /// Takes on the id of a new registration.
    func restart(as worker: Int64, at moment: ContinuousClock.Instant) {
        state.withLock {
            $0.worker = worker
            $0.confirmedAt = moment
        }
    }

    func countStale(_ count: Int = 1) {
        state.withLock { $0.staleOutcomes += count }
    }

    func takeStaleOutcomes() -> Int {
        state.withLock { state in
            defer { state.staleOutcomes = 0 }
            return state.staleOutcomes
        }
    }
}
