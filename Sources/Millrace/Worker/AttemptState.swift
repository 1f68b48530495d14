import Foundation
import Logging
import Postgres
import Synchronization

/// Why an attempt is being stopped before its plugin returned.
enum StopCause: Sendable {
    case cancelRequested, timedOut, deadlinePassed, shutdown, leaseLost
}

/// What a plugin reports of its progress.
struct Progress: Sendable {
    let done: Int
    let total: Int?
    let message: String?
}

/// One line a plugin logged. It carries its age and not its time: the database's clock is the only one.
struct JobLogLine: Sendable {
    let loggedAt: ContinuousClock.Instant
    let level: Logger.Level
    let message: String
    let metadata: [String: String]
}

/// One attempt at one job: what its plugin, the worker and the reporter share.
final class AttemptState: Sendable {
    let job: ClaimedJob
    let pool: Pool
    let doorbell: Doorbell
    /// When it came to this worker, by this process's monotonic clock.
    let claimedAt: ContinuousClock.Instant
    private let logger: Logger
    private let shared = Mutex(Shared())

    private struct Shared {
        var stopCause: StopCause?
        var hasEnded = false
        var progress: Progress?
        var logLines: [JobLogLine] = []
        var scratchFolder: URL?
    }

    init(
        job: ClaimedJob, pool: Pool, doorbell: Doorbell, claimedAt: ContinuousClock.Instant = .now, logger: Logger
    ) {
        self.job = job
        self.pool = pool
        self.doorbell = doorbell
        self.claimedAt = claimedAt
        self.logger = logger
    }

    private var workerLogger: Logger {
        var labelled = logger
        labelled[metadataKey: "job"] = "\(job.id)"
        labelled[metadataKey: "plugin"] = "\(job.plugin)"
        return labelled
    }

    var logHandler: any LogHandler { JobLogHandler(attempt: self, forward: workerLogger) }

    /// Why it is being stopped; the first cause counts.
    var stopCause: StopCause? { shared.withLock(\.stopCause) }

    func stop(because cause: StopCause) {
        shared.withLock { $0.stopCause = $0.stopCause ?? cause }
    }

    /// Whether the plugin has ended the job itself, in a transaction of its own.
    var hasEnded: Bool { shared.withLock(\.hasEnded) }

    /// Whether it was not stopped, did not end the job itself, and has no reports left: its completion is all there is to write.
    var hasNothingToWrite: Bool {
        shared.withLock { state in
            state.stopCause != .leaseLost && !state.hasEnded && state.progress == nil && state.logLines.isEmpty
        }
    }

    func markEnded() {
        shared.withLock { $0.hasEnded = true }
    }

    func report(_ progress: Progress) {
        shared.withLock { $0.progress = progress }
    }

    func append(_ line: JobLogLine) {
        shared.withLock { $0.logLines.append(line) }
    }

    /// What has not been written yet, handed out once.
    func takeReports() -> (progress: Progress?, logLines: [JobLogLine]) {
        shared.withLock { state in
            defer {
                state.progress = nil
                state.logLines = []
            }
            return (state.progress, state.logLines)
        }
    }

    func scratchFolder() throws -> URL {
        try shared.withLock { state in
            if let folder = state.scratchFolder { return folder }
            let folder = FileManager.default.temporaryDirectory
                .appendingPathComponent("millrace-\(job.id)-\(job.epoch)", isDirectory: true)
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            state.scratchFolder = folder
            return folder
        }
    }

    /// Removes the scratch folder, if the plugin asked for one.
    func removeScratchFolder() {
        guard let folder = shared.withLock({ $0.scratchFolder.take() }) else { return }
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            workerLogger.warning("scratch folder is left behind", metadata: ["error": "\(error)"])
        }
    }
}
