/// Which jobs count as the same, for how long, and what becomes of a newcomer.
///
/// The key is made of the plugin, the queue, and the chosen arguments. It is taken by an index entry in the transaction that
/// enqueues: a second caller waits until the first has committed or rolled back, and so at most one job holds it.
public struct Unique: Sendable, Hashable, Encodable {
    /// What makes two jobs the same besides their plugin.
    public enum Scope: Sendable, Hashable {
        /// All arguments.
        case allArguments
        /// These arguments; nested ones by their path, joined by dots.
        case arguments([String])
        /// A text of the caller's.
        case key(String)
    }

    /// What becomes of a newcomer while the key is held.
    public enum Conflict: String, Sendable, Hashable, Encodable {
        /// Nothing is inserted; the caller gets the id of the job that is there.
        case reject
        /// It takes the place of the one that waits. One that runs is left alone, and the newcomer waits for its end.
        case replace
        /// As `replace`, and it starts its delay after the newest of them: a burst becomes one job. Needs a
        /// ``JobRequest/delay``.
        case debounce
    }

    /// What makes two jobs the same.
    public var scope: Scope
    /// Whether jobs of different queues differ.
    public var byQueue: Bool
    /// How long the key is held from the enqueue on, whatever becomes of the job; nil: until it has ended.
    public var period: Duration?
    /// What becomes of a newcomer.
    public var conflict: Conflict
    /// With ``Conflict/debounce``: the first of a burst waits no longer than this.
    public var maximumWait: Duration?

    /// All arguments, until done, newcomers rejected, unless said otherwise.
    public init(
        by scope: Scope = .allArguments, byQueue: Bool = true, for period: Duration? = nil,
        onConflict conflict: Conflict = .reject, maximumWait: Duration? = nil
    ) {
        self.scope = scope
        self.byQueue = byQueue
        self.period = period
        self.conflict = conflict
        self.maximumWait = maximumWait
    }

    private enum CodingKeys: String, CodingKey {
        case args, key, queue, conflict
        case period = "for_ms"
        case maximumWait = "max_wait_ms"
    }

    /// Writes the form that `millrace.insert_jobs` reads.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch scope {
        case .allArguments: break
        case .arguments(let names): try container.encode(names, forKey: .args)
        case .key(let text): try container.encode(text, forKey: .key)
        }
        if !byQueue { try container.encode(false, forKey: .queue) }
        try container.encodeIfPresent(period?.wholeMilliseconds, forKey: .period)
        if conflict != .reject { try container.encode(conflict, forKey: .conflict) }
        try container.encodeIfPresent(maximumWait?.wholeMilliseconds, forKey: .maximumWait)
    }
}
