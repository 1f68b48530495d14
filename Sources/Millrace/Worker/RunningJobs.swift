import Synchronization

/// The jobs that a worker runs now, each with the task of its plugin.
final class RunningJobs: Sendable {
    private struct Entry {
        let attempt: AttemptState
        var task: Task<Void, any Error>?
    }

    private let entries = Mutex<[JobID: Entry]>([:])

    var count: Int { entries.withLock(\.count) }

    var attempts: [AttemptState] { entries.withLock { $0.values.map(\.attempt) } }

    /// Whether a job runs here under that epoch.
    func contains(_ job: JobID, epoch: Int64) -> Bool {
        entries.withLock { $0[job]?.attempt.job.epoch == epoch }
    }

    func insert(_ attempt: AttemptState) {
        entries.withLock { $0[attempt.job.id] = Entry(attempt: attempt) }
    }

    /// Ties the plugin's task to its attempt. A stop that came before is made good.
    func attach(_ task: Task<Void, any Error>, to attempt: AttemptState) {
        let stopped = entries.withLock { entries in
            entries[attempt.job.id]?.task = task
            return attempt.stopCause != nil
        }
        if stopped { task.cancel() }
    }

    func remove(_ attempt: AttemptState) {
        entries.withLock { entries in
            if entries[attempt.job.id]?.attempt === attempt { entries[attempt.job.id] = nil }
        }
    }

    /// Asks one job to stop, if it still runs under that epoch.
    func stop(_ job: JobID, epoch: Int64, because cause: StopCause) {
        let task: Task<Void, any Error>? = entries.withLock { entries in
            guard let entry = entries[job], entry.attempt.job.epoch == epoch else { return nil }
            entry.attempt.stop(because: cause)
            return entry.task
        }
        task?.cancel()
    }

    /// Asks all jobs to stop.
    func stopAll(because cause: StopCause) {
        for attempt in attempts {
            stop(attempt.job.id, epoch: attempt.job.epoch, because: cause)
        }
    }
}
