/// Where a job stands. It is in exactly one state from the commit that enqueued it to the retention that removes it.
public enum JobState: String, Sendable, Codable, CaseIterable {
    /// Due later: a run-at time, a retry's delay, or a snooze.
    case scheduled
    /// Waits for other jobs.
    case blocked
    /// Could run, but its queue is paused or a limit is full.
    case parked
    /// May be claimed.
    case ready
    /// Leased to a worker.
    case running
    /// Ended well.
    case succeeded
    /// Left out, because the condition of its step did not hold.
    case skipped
    /// Attempts used up, or an error that no retry can mend.
    case failed
    /// Stopped by somebody, or because a job that it waited for did not succeed.
    case cancelled
    /// Took its worker down too often.
    case quarantined

    /// Whether the job has ended.
    public var isTerminal: Bool {
        switch self {
        case .succeeded, .skipped, .failed, .cancelled, .quarantined: true
        case .scheduled, .blocked, .parked, .ready, .running: false
        }
    }
}
