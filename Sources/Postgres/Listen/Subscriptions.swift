/// Who listens on a connection, by channel.
struct Subscriptions {
    private var streams: [String: [Int: NotificationStream.Base.Continuation]] = [:]
    private var lastIdentifier = 0

    var isEmpty: Bool { streams.isEmpty }

    func has(_ channel: String) -> Bool { streams[channel] != nil }

    /// Adds a reader and returns its number.
    mutating func add(_ channel: String, _ continuation: NotificationStream.Base.Continuation) -> Int {
        lastIdentifier += 1
        streams[channel, default: [:]][lastIdentifier] = continuation
        return lastIdentifier
    }

    /// Removes a reader; true when it was the channel's last.
    mutating func remove(_ identifier: Int, from channel: String) -> Bool {
        guard streams[channel]?.removeValue(forKey: identifier) != nil else { return false }
        guard streams[channel]?.isEmpty == true else { return false }
        streams[channel] = nil
        return true
    }

    func deliver(_ notification: Notification) {
        for continuation in (streams[notification.channel] ?? [:]).values { continuation.yield(notification) }
    }

    /// Ends all streams.
    mutating func finish(throwing error: ConnectionError?) {
        let ended = streams.values.flatMap(\.values)
        streams = [:]
        for continuation in ended { continuation.finish(throwing: error) }
    }
}
