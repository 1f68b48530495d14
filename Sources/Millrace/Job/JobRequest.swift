public import Foundation
public import Postgres

/// A job that is asked for: what `enqueue` takes, and what a plugin spawns. Whatever is nil takes the plugin's default.
public struct JobRequest: Sendable, Hashable, Encodable {
    /// Name of the plugin that runs it.
    public var plugin: String
    /// Arguments as the plugin's schema says, as JSON text of an object.
    public var arguments: JSONText
    /// Version of the arguments' shape; nil for the plugin's own.
    public var argumentsVersion: Int?
    /// Queue; nil for the plugin's own.
    public var queue: String?
    /// Lower runs first; 0 unless said otherwise.
    public var priority: Int
    /// Not before this time.
    public var runAt: Date?
    /// Not before this long after the enqueue, by the database's clock.
    public var delay: Duration?
    /// How often it may be tried, at least 1.
    public var maxAttempts: Int?
    /// How long one attempt may take.
    public var timeout: Duration?
    /// Words to find it by.
    public var tags: [String]
    /// Name of the job within one call, for ``needs`` of others.
    public var key: String?
    /// Keys of jobs of the same call that must end well first.
    public var needs: [String]
    /// Existing jobs that must end well first.
    public var parents: [JobID]
    /// What happens to it when a job that it waits for does not end well, by key or id; ``FailurePolicy/stop`` else.
    public var onFailure: [String: FailurePolicy]
    /// The time the job stands for; nil for that of the job or the slot that spawns it.
    public var logicalTime: Date?
    /// Keeps a second one like it from being enqueued; nil for no such rule.
    public var unique: Unique?
    /// It fails if it has not ended this long after the enqueue, whatever attempts are left.
    public var deadline: Duration?
    /// It is cancelled if its first attempt has not started this long after the enqueue.
    public var expiry: Duration?
    /// Permits of a concurrency limit that it takes while it runs; 1 unless said otherwise.
    public var weight: Int
    /// Keys that limits count it by, by name; those that are missing are read from the arguments.
    public var keys: [String: String]
    /// W3C trace context of whoever asks for it, handed to the plugin.
    public var trace: TraceContext?

    /// A request for a plugin by name, with arguments as JSON text.
    public init(plugin: String, arguments: JSONText = JSONText("{}")) {
        self.plugin = plugin
        self.arguments = arguments
        priority = 0
        tags = []
        needs = []
        parents = []
        onFailure = [:]
        weight = 1
        keys = [:]
    }

    /// A request for a plugin of this program, with typed arguments.
    ///
    /// - Parameters:
    ///   - plugin: the plugin's type.
    ///   - arguments: its arguments.
    ///   - keyring: the keys to seal its secret arguments with; nil when it has none.
    ///   - key: the job's name within one call.
    ///   - needs: keys of jobs of the same call that must end well first.
    /// - Throws: `EncodingError` when the arguments cannot be written as JSON; ``SealingError`` when the plugin has
    ///   secret arguments and there is no keyring.
    public init<P: Plugin>(
        _ plugin: P.Type, _ arguments: P.Arguments, keyring: Keyring? = nil, key: String? = nil, needs: [String] = []
    ) throws {
        let secrets = secretArguments(of: P.self)
        if keyring == nil, let name = secrets.min() {
            throw SealingError(plugin: P.name, argument: name, problem: .noKeyring)
        }
        let clear = try JSONText(encoding: arguments)
        self.init(plugin: P.name, arguments: try clear.sealed(by: keyring, secrets: secrets, plugin: P.name))
        argumentsVersion = P.version
        queue = P.defaults.queue
        maxAttempts = P.defaults.maxAttempts
        timeout = P.defaults.timeout
        backoff = P.defaults.backoff
        self.key = key
        self.needs = needs
    }

    /// Delay between attempts.
    public var backoff: Backoff?

    private enum CodingKeys: String, CodingKey {
        case plugin, args, queue, priority, tags, key, needs, parents, unique, weight, keys, trace
        case deadline = "deadline_ms"
        case expiry = "expires_ms"
        case argumentsVersion = "args_version"
        case runAt = "run_at"
        case delay = "delay_ms"
        case maxAttempts = "max_attempts"
        case timeout = "timeout_ms"
        case backoffBase = "backoff_base_ms"
        case backoffCap = "backoff_cap_ms"
        case onFailure = "on_failure"
        case logicalTime = "logical_time"
    }

    /// Writes the form that `millrace.insert_jobs` reads, without the arguments, which `payload(of:)` splices in as
    /// they stand.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(plugin, forKey: .plugin)
        try container.encodeIfPresent(argumentsVersion, forKey: .argumentsVersion)
        try container.encodeIfPresent(queue, forKey: .queue)
        try container.encode(priority, forKey: .priority)
        try container.encodeIfPresent(runAt.map { RFC3339.text($0) }, forKey: .runAt)
        try container.encodeIfPresent(delay?.wholeMilliseconds, forKey: .delay)
        try container.encodeIfPresent(maxAttempts, forKey: .maxAttempts)
        try container.encodeIfPresent(timeout?.wholeMilliseconds, forKey: .timeout)
        try container.encodeIfPresent(backoff?.base.wholeMilliseconds, forKey: .backoffBase)
        try container.encodeIfPresent(backoff?.cap.wholeMilliseconds, forKey: .backoffCap)
        if !tags.isEmpty { try container.encode(tags, forKey: .tags) }
        try container.encodeIfPresent(key, forKey: .key)
        if !needs.isEmpty { try container.encode(needs, forKey: .needs) }
        if !parents.isEmpty { try container.encode(parents, forKey: .parents) }
        if !onFailure.isEmpty { try container.encode(onFailure, forKey: .onFailure) }
        try container.encodeIfPresent(logicalTime.map { RFC3339.text($0) }, forKey: .logicalTime)
        try container.encodeIfPresent(unique, forKey: .unique)
        try container.encodeIfPresent(deadline?.wholeMilliseconds, forKey: .deadline)
        try container.encodeIfPresent(expiry?.wholeMilliseconds, forKey: .expiry)
        if weight != 1 { try container.encode(weight, forKey: .weight) }
        if !keys.isEmpty { try container.encode(keys, forKey: .keys) }
        try container.encodeIfPresent(trace, forKey: .trace)
    }

    /// Whether `millrace.enqueue_each` can take them, or `millrace.enqueue_one` a single one, which know no jobs that name each
    /// other or may be there already.
    static func differInArgumentsOnly(_ requests: [JobRequest]) -> Bool {
        var first = requests[0]
        guard first.unique == nil, first.key == nil, first.needs.isEmpty, first.parents.isEmpty else { return false }
        return requests.dropFirst().allSatisfy { request in
            first.arguments = request.arguments
            return first == request
        }
    }

    /// What `millrace.enqueue_each` and `millrace.enqueue_mixed` take as the arguments of each.
    static func argumentList(of requests: [JobRequest]) -> JSONText {
        var text = "["
        text.reserveCapacity(requests.reduce(2) { $0 + $1.arguments.text.utf8.count + 1 })
        for (index, request) in requests.enumerated() {
            if index > 0 { text += "," }
            text += request.arguments.text
        }
        return JSONText(text + "]")
    }

    /// The JSON array that `millrace.insert_jobs` takes.
    static func payload(of requests: [JobRequest]) throws -> JSONText {
        var text = "["
        for (index, request) in requests.enumerated() {
            if index > 0 { text += "," }
            // The head is an object with at least one key; the arguments go in as the caller wrote them.
            text += try request.head().dropLast()
            text += ",\"args\":"
            text += request.arguments.text
            text += "}"
        }
        return JSONText(text + "]")
    }
}

/// What happens to a waiting job when a job that it waits for does not end well.
public enum FailurePolicy: String, Sendable, Codable, CaseIterable {
    /// It is cancelled.
    case stop
    /// It runs also when the other failed, but not when it was cancelled.
    case `continue`
    /// It runs however the other ended.
    case always
}
