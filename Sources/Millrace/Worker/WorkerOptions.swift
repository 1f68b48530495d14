/// How a worker process behaves.
public struct WorkerOptions: Sendable {
    /// The name people see; need not be unique.
    public var name: String
    /// Queues it serves; nil for all.
    public var queues: [String]?
    /// Jobs it runs at once, at least 1.
    public var slots: Int
    /// Jobs of a queue that it runs at once, for queues with a bound of their own.
    public var queueSlots: [String: Int]
    /// How its slots are shared when several queues have ready jobs: turns for each turn of a queue that is not named.
    /// Empty: by priority over all queues.
    public var queueWeights: [String: Int]
    /// Without a confirmed heartbeat for this long the worker counts as dead, for itself as for others. At least 1 s.
    public var lease: Duration
    /// How often it looks for jobs when nobody rings.
    public var pollInterval: Duration
    /// How long running jobs may go on after a shutdown was asked for, before they are stopped and given back.
    public var shutdownGrace: Duration
    /// Whether it listens for rings and cancellations. Off for PgBouncer in transaction mode; polling alone is enough.
    public var listens: Bool
    /// The version of the program, for `millrace worker list`.
    public var version: String

    /// Four slots, all queues, a lease of 12 s, unless said otherwise.
    public init(
        name: String, queues: [String]? = nil, slots: Int = 4, queueSlots: [String: Int] = [:],
        queueWeights: [String: Int] = [:], lease: Duration = .seconds(12), pollInterval: Duration = .seconds(1),
        shutdownGrace: Duration = .seconds(10), listens: Bool = true,
        version: String = "dev"
    ) {
        self.name = name
        self.queues = queues
        self.slots = max(1, slots)
        self.queueSlots = queueSlots
        self.queueWeights = queueWeights
        self.lease = max(.seconds(1), lease)
        self.pollInterval = pollInterval
        self.shutdownGrace = shutdownGrace
        self.listens = listens
        self.version = version
    }

    /// Four heartbeats fit into a lease, so that three may be lost.
    var heartbeatInterval: Duration { lease / 4 }
}
