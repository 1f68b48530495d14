public import Foundation
public import Postgres

private let clockStatement: Statement = "SELECT millrace.clock()"

/// The bounds are parameters, so that only the partitions of these days are opened and no other branch of the view.
private let endedStatement: Statement = """
    SELECT count(*), count(*) FILTER (WHERE state IN ('failed', 'quarantined'))
    FROM millrace.v_job
    WHERE finished_at > $1 AND finished_at <= $2 AND plugin NOT IN ('millrace.barrier', 'millrace.run-end')
    """

/// Without the columns of the last day, whose count is left out of the plan then.
private let queuesStatement: Statement = """
    SELECT queue, ready, scheduled, blocked, parked, running, extract(epoch FROM oldest_ready)::double precision,
        paused_at IS NOT NULL, draining_at IS NOT NULL
    FROM millrace.v_queue ORDER BY queue
    """

private let runningStatement: Statement = """
    SELECT id, plugin, queue, worker, attempt, extract(epoch FROM running_for)::double precision, done, total, message,
        run_id, step, cancel_requested_at IS NOT NULL
    FROM millrace.v_running
    WHERE plugin NOT IN ('millrace.barrier', 'millrace.run-end')
    ORDER BY claimed_at, id LIMIT $1
    """

private let workersStatement: Statement = """
    SELECT name, host, state, running, slots, extract(epoch FROM silent_for)::double precision,
        array_to_string(queues, ', ')
    FROM millrace.v_worker WHERE state IN ('alive', 'draining') ORDER BY name, id LIMIT $1
    """

private let failuresStatement: Statement = """
    SELECT id, plugin, attempt, max_attempts, kind, message, extract(epoch FROM $1 - at)::double precision
    FROM millrace.v_failure WHERE at > $1 - interval '1 hour' ORDER BY at DESC LIMIT $2
    """

private let runsStatement: Statement = """
    SELECT run_id, pipeline, state, extract(epoch FROM duration)::double precision, jobs, ended, running, failed
    FROM millrace.v_pipeline WHERE finished_at IS NULL ORDER BY run_id LIMIT $1
    """

extension Session {
    /// What goes on now.
    ///
    /// - Parameter earlier: jobs that ended after this moment are counted; those of the last minute when nil.
    public func activity(since earlier: Date? = nil) async throws -> Activity {
        let now: Date = try await query(clockStatement)[0][0]
        let from = earlier.map { min($0, now) } ?? now.addingTimeInterval(-60)
        let most = Int64(Activity.most)
        var activity = Activity(at: now)
        activity.interval = max(now.timeIntervalSince(from), 0.001)
        (activity.ended, activity.endedBadly) = try await query(endedStatement, from, now)[0].decode(Int.self, Int.self)
        activity.queues = try await query(queuesStatement).map { row in
            Activity.Queue(
                name: try row[0], ready: try row[1], scheduled: try row[2], blocked: try row[3], parked: try row[4],
                running: try row[5], oldestReady: try row[6], isPaused: try row[7], isDraining: try row[8])
        }
        activity.running = try await query(runningStatement, most).map { row in
            Activity.RunningJob(
                id: JobID(try row[0]), plugin: try row[1], queue: try row[2], worker: try row[3], attempt: try row[4],
                seconds: try row[5], done: try row[6], total: try row[7], message: try row[8], run: try row[9],
                step: try row[10], isStopping: try row[11])
        }
        activity.workers = try await query(workersStatement, most).map { row in
            Activity.WorkerLine(
                name: try row[0], host: try row[1], state: try row[2], running: try row[3], slots: try row[4],
                silence: try row[5], queues: try row[6])
        }
        activity.failures = try await query(failuresStatement, now, most).map { row in
            Activity.Failure(
                id: JobID(try row[0]), plugin: try row[1], attempt: try row[2], maximumAttempts: try row[3],
                kind: try row[4], message: try row[5], ago: try row[6])
        }
        activity.runs = try await query(runsStatement, most).map { row in
            Activity.Run(
                id: try row[0], pipeline: try row[1], state: try row[2], seconds: try row[3], jobs: try row[4],
                ended: try row[5], running: try row[6], failed: try row[7])
        }
        return activity
    }
}
