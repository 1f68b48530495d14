import Synchronization

/// When a worker that was woken looks for jobs.
///
/// A ring wakes all idle workers, and what it tells of is gone when the first few have looked. So each waits for a time that it
/// draws, up to two milliseconds for each of its peers and a second at most: some look at once, whoever comes first, and
/// all of them together look no oftener than a thousand times a second however often it rings. A worker that found something
/// the last time it heard a ring does not wait.
final class RingTurn: Sendable {
    private struct State {
        var peers = 0
        var isWaiting = false
        var hasHeard = false
        var foundSome = true
    }

    private static let pauseForEach = Duration.milliseconds(2)
    private static let longest = Duration.seconds(1)

    private let state = Mutex(State())

    /// Tells how many other workers are alive.
    func note(peers: Int) {
        state.withLock { $0.peers = max(0, peers) }
    }

    /// Hears a ring.
    ///
    /// - Returns: how long to wait before ``take()``; nil when a turn is being waited for already.
    func hear() -> Duration? {
        state.withLock { state -> Duration? in
            if state.isWaiting { return nil }
            state.isWaiting = true
            if state.foundSome { return .zero }
            return min(Self.longest, Self.pauseForEach * state.peers) * Double.random(in: 0...1)
        }
    }

    /// Takes the turn; the next ring is another one.
    func take() {
        state.withLock { state in
            state.isWaiting = false
            state.hasHeard = true
        }
    }

    /// Tells what became of a look for jobs. One that no ring asked for says nothing of rings.
    func note(found: Int) {
        state.withLock { state in
            if state.hasHeard { state.foundSome = found > 0 }
            state.hasHeard = false
        }
    }
}
