/// Thrown by a plugin: no later attempt can do better, so the job fails at once.
public struct PermanentFailure: Error, CustomStringConvertible {
    /// What is wrong, and what to do.
    public let description: String

    /// - Parameter message: what is wrong, and what to do.
    public init(_ message: String) {
        description = message
    }
}

/// Thrown by a plugin: try again after this long, without using up an attempt.
public struct Snooze: Error, CustomStringConvertible {
    /// How long to wait, by the database's clock.
    public let delay: Duration

    /// - Parameter delay: how long to wait.
    public init(for delay: Duration) {
        self.delay = delay
    }

    /// Says for how long.
    public var description: String { "put off for \(delay)" }
}

/// Thrown by a plugin: this attempt failed, and the next one should start after this long instead of the usual back-off.
public struct RetryLater: Error, CustomStringConvertible {
    /// How long to wait, by the database's clock.
    public let delay: Duration
    /// What went wrong.
    public let description: String

    /// - Parameters:
    ///   - delay: how long to wait.
    ///   - message: what went wrong.
    public init(after delay: Duration, _ message: String) {
        self.delay = delay
        description = message
    }
}

/// An error that knows where it happened. What it says is kept with the attempt, for `millrace job show`.
public protocol StackTraced: Error {
    /// The calls that led to it, the innermost first, one a line.
    var stackTrace: String { get }
}

/// The lease of a job no longer holds: somebody else has the job by now, and nothing was changed.
public struct StaleLease: Error, CustomStringConvertible {
    /// The job.
    public let job: JobID
    /// The epoch that no longer holds.
    public let epoch: Int64

    /// Names the job and says why nothing was changed.
    public var description: String {
        "job \(job): epoch \(epoch) no longer holds, so nothing was changed  →  another worker has the job; "
            + "this one was silent for longer than its lease"
    }
}
