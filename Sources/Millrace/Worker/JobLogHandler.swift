import Logging

/// Keeps log lines with the job and passes them on to the worker's own log.
struct JobLogHandler: LogHandler {
    let attempt: AttemptState
    let forward: Logger
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    init(attempt: AttemptState, forward: Logger) {
        self.attempt = attempt
        self.forward = forward
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        attempt.append(
            JobLogLine(
                loggedAt: .now, level: event.level, message: "\(event.message)",
                metadata: all.mapValues { "\($0)" }))
        forward.log(level: event.level, event.message, metadata: all)
    }
}
