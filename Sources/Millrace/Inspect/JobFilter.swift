/// Which jobs are meant. What is nil or empty does not matter.
public struct JobFilter: Sendable, Hashable {
    /// The states; empty for all.
    public var states: [JobState]
    /// The plugin.
    public var plugin: String?
    /// The queue.
    public var queue: String?
    /// A tag that the job has.
    public var tag: String?
    /// The pipeline run.
    public var run: Int64?
    /// Enqueued at least this long ago.
    public var older: Duration?
    /// Enqueued less than this long ago.
    public var newer: Duration?
    /// Text in the reason why it did not succeed or in the error of its newest attempt, in upper or lower case.
    public var error: String?
    /// At most so many, newest first; nil for all.
    public var limit: Int?

    /// All jobs, the newest 50, unless said otherwise.
    public init(
        states: [JobState] = [], plugin: String? = nil, queue: String? = nil, tag: String? = nil, run: Int64? = nil,
        older: Duration? = nil, newer: Duration? = nil, error: String? = nil, limit: Int? = 50
    ) {
        self.states = states
        self.plugin = plugin
        self.queue = queue
        self.tag = tag
        self.run = run
        self.older = older
        self.newer = newer
        self.error = error
        self.limit = limit
    }

    /// The jobs in one state, the newest 50.
    public init(state: JobState, limit: Int? = 50) {
        self.init(states: [state], limit: limit)
    }

    /// Whether it leaves no job out, apart from the limit.
    public var isUnrestricted: Bool { self == JobFilter(limit: limit) }
}
