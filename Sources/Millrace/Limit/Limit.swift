public import Postgres

/// How many jobs of a set run at once, or how many start in a time.
public struct Limit: Sendable, Hashable {
    /// What is bounded.
    public enum Bound: Sendable, Hashable {
        /// Jobs that run at once, each by its ``JobRequest/weight``.
        case concurrency(Int)
        /// Jobs that start: so many in each period, and at most `burst` at once after a rest (nil: as many as the rate).
        case rate(Int, per: Duration, burst: Int?)
    }

    /// The name: lower-case letters, digits, dots and hyphens.
    public var name: String
    /// What is bounded.
    public var bound: Bound
    /// Only jobs of this queue; nil for all.
    public var queue: String?
    /// Only jobs of this plugin; nil for all.
    public var plugin: String?
    /// Each value of this key has the limit for itself: one of the job's ``JobRequest/keys``, or else the argument at this
    /// path. nil for one limit over all.
    public var key: String?
    /// Whether the values of the key take turns, whoever has more jobs waiting.
    public var isFair: Bool

    /// A limit over all jobs, with fair turns, unless said otherwise.
    public init(
        _ name: String, _ bound: Bound, queue: String? = nil, plugin: String? = nil, by key: String? = nil,
        isFair: Bool = true
    ) {
        self.name = name
        self.bound = bound
        self.queue = queue
        self.plugin = plugin
        self.key = key
        self.isFair = isFair
    }
}

private let setStatement: Statement =
    "SELECT millrace.set_limit($1, $2, $3, $4 * interval '1 ms', $5, $6, $7, $8, $9, $10)"
private let setKeyStatement: Statement = "SELECT millrace.set_limit_key($1, $2, $3, $4)"
private let removeStatement: Statement = "SELECT millrace.remove_limit($1)"
private let listStatement: Statement = """
    SELECT limit_name, kind, queue, plugin, by_key, key, capacity::text, extract(epoch FROM period)::text, burst::text,
        in_use::text, tokens::text, to_json(opens_at) #>> '{}', waiting::text, share::text
    FROM millrace.v_limit WHERE kind <> 'slots' ORDER BY limit_name, v_limit.key
    """

extension Session {
    /// Puts a limit in force, or changes the one of that name. It holds for the claims that begin after the commit.
    ///
    /// - Parameters:
    ///   - limit: what to hold.
    ///   - setter: who asks; the database account when nil.
    /// - Returns: what it holds for now, in a sentence.
    /// - Throws: `PostgresError` when its figures make no sense, when a waiting job weighs more than it allows, or when a
    ///   transaction that enqueued stays open for more than two seconds.
    @discardableResult
    public func setLimit(_ limit: Limit, by setter: String? = nil) async throws -> String {
        let concurrency: Int32?
        let rate: Int32?
        let period: Int64?
        let burst: Int32?
        switch limit.bound {
        case .concurrency(let count):
            (concurrency, rate, period, burst) = (Int32(clamping: count), nil, nil, nil)
        case .rate(let count, let length, let most):
            (concurrency, rate, period) = (nil, Int32(clamping: count), length.wholeMilliseconds)
            burst = most.map { Int32(clamping: $0) }
        }
        return try await query(
            setStatement, limit.name, concurrency, rate, period.map(Double.init), burst, limit.queue, limit.plugin,
            limit.key, limit.isFair, setter)[0][0]
    }

    /// Gives one value of a limit's key figures of its own.
    ///
    /// - Parameters:
    ///   - name: the limit, one with a key.
    ///   - key: the value of the key.
    ///   - maximum: its permits or its rate; nil for the limit's.
    ///   - share: the turns it gets for each turn of a value with share 1.
    public func setLimit(_ name: String, key: String, maximum: Int? = nil, share: Double = 1) async throws {
        try await execute(setKeyStatement, name, key, maximum.map { Int32(clamping: $0) }, Float(share))
    }

    /// Takes a limit out of force.
    ///
    /// - Returns: false when there is none of that name.
    public func removeLimit(_ name: String) async throws -> Bool {
        try await query(removeStatement, name)[0][0]
    }

    /// Limits in force, a row for each value of their key that has jobs.
    public func limits() async throws -> Listing {
        try await listing(
            [
                .init("limit"), .init("kind"), .init("queue"), .init("plugin"), .init("by_key"), .init("key"),
                .init("capacity", .number), .init("period", .duration), .init("burst", .number),
                .init("in_use", .number), .init("tokens", .number), .init("opens_at", .time), .init("waiting", .number),
                .init("share", .number),
            ], listStatement)
    }
}
