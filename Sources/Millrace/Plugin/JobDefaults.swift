/// What a job gets that says nothing else.
public struct JobDefaults: Sendable, Hashable {
    /// The queue.
    public var queue: String
    /// How often it may be tried, at least 1.
    public var maxAttempts: Int
    /// How long one attempt may take; nil for no limit.
    public var timeout: Duration?
    /// The delay between attempts.
    public var backoff: Backoff

    /// Queue `default`, five attempts, no timeout, back-off from 5 s to 10 min, unless said otherwise.
    public init(
        queue: String = "default", maxAttempts: Int = 5, timeout: Duration? = nil, backoff: Backoff = Backoff()
    ) {
        self.queue = queue
        self.maxAttempts = maxAttempts
        self.timeout = timeout
        self.backoff = backoff
    }
}

/// The delay before the next attempt: `base · 2^(attempt − 1)`, at most `cap`, of which the database takes a random
/// half away, so that jobs that failed together do not come back together.
public struct Backoff: Sendable, Hashable {
    /// The delay after the first attempt.
    public var base: Duration
    /// The longest delay.
    public var cap: Duration

    /// From 5 s to 10 min unless said otherwise.
    public init(base: Duration = .seconds(5), cap: Duration = .seconds(600)) {
        self.base = base
        self.cap = cap
    }
}
