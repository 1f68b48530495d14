import Foundation

/// Decides how many jobs a worker claims in advance.
///
/// Jobs claimed in advance wait here for a slot, and nobody else can have them. So it is as many as begin within
/// a lookahead at the rate of the last moment: none where jobs take long, and thousands where they take microseconds.
struct Stock: Sendable {
    static let lookahead = Duration.milliseconds(50)
    /// A claim looks at every lane, so where there are many each one has to bring more.
    static let longestLookahead = Duration.milliseconds(200)
    private static let lookaheadForLane = Duration.microseconds(150)
    static let most = 4000
    /// With no more than so many waiting it is time to look for the next ones.
    static let lowWater = 500

    private var seenAt: ContinuousClock.Instant?
    private var seenEnded = 0
    private var perSecond = 0.0

    /// How many to claim now; 0 when there is enough.
    ///
    /// - Parameter lanes: how many a claim looks at.
    mutating func wanted(
        _ counts: HeldJobs.Counts, slots: Int, lanes: Int = 1, now: ContinuousClock.Instant = .now
    ) -> Int {
        let elapsed = seenAt.map { $0.duration(to: now) } ?? .zero
        if seenAt == nil || elapsed >= .milliseconds(2) {
            if elapsed > .zero {
                let latest = Double(counts.ended - seenEnded) / elapsed.inSeconds
                // A moment counts for what it is of the lookahead: a single job that ends within a millisecond says little, and
                // what was long ago nothing.
                let past: Double = exp(-elapsed.inSeconds / Self.lookahead.inSeconds)
                perSecond = past * perSecond + (1 - past) * latest
            }
            seenAt = now
            seenEnded = counts.ended
        }
        let lookahead = min(Self.longestLookahead, max(Self.lookahead, Self.lookaheadForLane * lanes))
        let ahead = min(Self.most, Int(perSecond * lookahead.inSeconds))
        let room = max(0, slots - counts.running) + ahead - counts.waiting
        // Many at a time, as long as nobody waits for them.
        return counts.waiting > 0 && room * 2 < ahead ? 0 : max(0, room)
    }
}
