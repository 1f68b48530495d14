import Logging
import Postgres

/// Runs one attempt at one job and writes how it ended.
struct AttemptRunner: Sendable {
    let registry: PluginRegistry
    let pool: Pool
    let held: HeldJobs
    let liveness: Liveness
    let completions: CompletionBatcher
    let doorbell: Doorbell
    let logger: Logger

    /// Runs the plugin in the caller's task, which may be cancelled to stop it; what comes after is done all the same.
    nonisolated(nonsending) func run(_ attempt: AttemptState) async {
        let job = attempt.job
        guard let plugin = registry[job.plugin] else {
            // Only what the registry offers is claimed, so this is a fault of the claim; the job goes back untouched.
            await write(attempt) { try await $0.release(job.id, epoch: job.epoch) }
            return
        }

        if job.hasExpired {
            let failure = AttemptFailure(
                kind: .expired, message: "expired: it had not started in time", isRetryable: false)
            await write(attempt) { try await $0.fail(job.id, epoch: job.epoch, failure) != nil }
            return
        }

        let timers = startTimers(of: attempt)
        let outcome: Result<Void, any Error>
        do {
            if attempt.stopCause != nil { throw CancellationError() }
            try await plugin.run(attempt)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        for timer in timers { timer.cancel() }
        attempt.removeScratchFolder()
        if case .success = outcome, attempt.hasNothingToWrite {
            complete(job)
        } else {
            await Task { await end(attempt, outcome) }.value
        }
    }

    private func startTimers(of attempt: AttemptState) -> [Task<Void, any Error>] {
        let job = attempt.job
        if job.timeout == nil, job.remaining == nil { return [] }
        // The deadline was measured when it was claimed, and it may have waited here since.
        let remaining = job.remaining.map { $0 - attempt.claimedAt.duration(to: .now) }
        return [(job.timeout, StopCause.timedOut), (remaining, .deadlinePassed)].compactMap { limit, cause in
            limit.map { limit in
                Task {
                    try await Task.sleep(for: max(.zero, limit))
                    held.stop(job.id, epoch: job.epoch, because: cause)
                }
            }
        }
    }

    private func complete(_ job: ClaimedJob) {
        completions.add(
            Completion(job: job.id, epoch: job.epoch, result: nil, mayReleaseOthers: job.runID != nil))
    }

    private func end(_ attempt: AttemptState, _ outcome: Result<Void, any Error>) async {
        let job = attempt.job
        if attempt.hasEnded {
            if case .failure(let error) = outcome, attempt.stopCause == nil {
                logger.warning(
                    "plugin threw after it had completed its job; the job stays completed",
                    metadata: ["job": "\(job.id)", "error": "\(error)"])
            }
            await flushReports(attempt)
            return
        }
        guard attempt.stopCause != .leaseLost else {
            logger.warning("lease was lost; another worker has the job", metadata: ["job": "\(job.id)"])
            return
        }
        await flushReports(attempt)

        switch outcome {
        case .success:
            complete(job)
        case .failure(let error as Snooze):
            await write(attempt) { try await $0.snooze(job.id, epoch: job.epoch, for: error.delay) }
        case .failure(is StaleLease):
            liveness.countStale()
        case .failure where attempt.stopCause == .shutdown:
            await write(attempt) { try await $0.release(job.id, epoch: job.epoch) }
        case .failure(let error):
            let failure = AttemptFailure(error, of: attempt)
            logger.warning(
                "attempt did not succeed",
                metadata: [
                    "job": "\(job.id)", "plugin": "\(job.plugin)", "attempt": "\(job.attempt)",
                    "error": "\(failure.message)",
                ])
            await write(attempt) { try await $0.fail(job.id, epoch: job.epoch, failure) != nil }
            if job.runID != nil { doorbell.ring() }
        }
    }

    private func flushReports(_ attempt: AttemptState) async {
        do {
            try await attempt.flush()
        } catch {
            logger.warning(
                "last log lines were not written", metadata: ["job": "\(attempt.job.id)", "error": "\(error)"])
        }
    }

    /// Writes an outcome, again and again while the lease holds: what the database never hears of, others redo. In a task of
    /// its own, since the caller's may be cancelled.
    private func write(_ attempt: AttemptState, _ statement: @escaping @Sendable (Pool) async throws -> Bool) async {
        await Task {
            var delay = Duration.milliseconds(50)
            while !liveness.hasExpired {
                do {
                    if try await !statement(pool) { liveness.countStale() }
                    return
                } catch {
                    logger.error(
                        "outcome was not written", metadata: ["job": "\(attempt.job.id)", "error": "\(error)"])
                    await pause(delay)
                    delay = min(delay * 2, .seconds(2))
                }
            }
        }.value
    }
}

extension AttemptFailure {
    /// What an error that a plugin threw means for its job.
    init(_ error: any Error, of attempt: AttemptState) {
        switch attempt.stopCause {
        case .cancelRequested:
            self.init(kind: .cancelled, message: "was asked to stop", isRetryable: false)
            return
        case .timedOut:
            let limit = attempt.job.timeout.map { DurationText($0).description } ?? "its timeout"
            self.init(kind: .timeout, message: "took longer than \(limit)", isRetryable: true)
            return
        case .deadlinePassed:
            self.init(kind: .deadline, message: "its deadline has passed", isRetryable: false)
            return
        case .shutdown, .leaseLost, nil:
            break
        }
        let stackTrace = (error as? any StackTraced)?.stackTrace
        switch error {
        case let error as ArgumentError:
            self.init(kind: .arguments, message: error.description, isRetryable: false)
        case let error as SealingError:
            // A key that is unknown here another worker may have.
            self.init(kind: .arguments, message: error.description, isRetryable: error.mayPassElsewhere)
        case let error as PermanentFailure:
            self.init(kind: .error, message: error.description, isRetryable: false, stackTrace: stackTrace)
        case let error as RetryLater:
            self.init(kind: .error, message: error.description, isRetryable: true, retryAfter: error.delay)
        default:
            self.init(kind: .error, message: "\(error)", isRetryable: true, stackTrace: stackTrace)
        }
    }
}
