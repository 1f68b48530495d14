import Synchronization

/// Whether a worker wants to hear of jobs. Not while every claim brings as many as it asked for, since it looks again anyway; and
/// not while it gets thousands in a second: then it looks every few milliseconds by itself, which costs the server less than the
/// rings would.
final class RingWish: Sendable {
    private struct State {
        var isWished = true
        /// When a claim last left room.
        var hadRoomAt = ContinuousClock.now
        /// When the second began that claims are counted in.
        var second = ContinuousClock.now
        var claimed = 0
        /// In the second before.
        var claimedBefore = 0
        var isLooking = false
        /// Of the connection that listens.
        var changes: Signal?

        mutating func count(_ jobs: Int, at now: ContinuousClock.Instant) {
            let elapsed = second.duration(to: now)
            if elapsed >= .seconds(1) {
                claimedBefore = elapsed < .seconds(2) ? claimed : 0
                claimed = 0
                second = now
            }
            claimed += jobs
        }
    }

    /// How long it waits before it looks by itself.
    static let pause = Duration.milliseconds(5)
    /// Jobs in a second from which on it does.
    private static let many = 2000
    /// A wish is kept so long after the last claim that left room: changing one's mind costs more than some rings.
    private static let kept = Duration.seconds(1)

    private let state = Mutex(State())

    var isWished: Bool { state.withLock(\.isWished) }

    /// Tells what a claim came to.
    ///
    /// - Parameter hasRoom: whether there would have been room for more jobs.
    /// - Returns: whether to look again after ``pause``, and call ``look()`` then.
    func note(claimed: Int, hasRoom: Bool, now: ContinuousClock.Instant = .now) -> Bool {
        let (looksAgain, changes): (Bool, Signal?) = state.withLock { state in
            state.count(claimed, at: now)
            if hasRoom { state.hadRoomAt = now }
            let areMany = max(state.claimed, state.claimedBefore) >= Self.many
            let isWished = !areMany && state.hadRoomAt.duration(to: now) < Self.kept
            let looksAgain = areMany && hasRoom && !state.isLooking
            if looksAgain { state.isLooking = true }
            guard isWished != state.isWished else { return (looksAgain, nil) }
            state.isWished = isWished
            return (looksAgain, state.changes)
        }
        changes?.ring()
        return looksAgain
    }

    /// The pause is over.
    func look() {
        state.withLock { $0.isLooking = false }
    }

    /// A bell that rings at each change from now on, in place of the one before.
    func changes() -> Signal {
        let signal = Signal()
        state.withLock { $0.changes = signal }
        return signal
    }
}
