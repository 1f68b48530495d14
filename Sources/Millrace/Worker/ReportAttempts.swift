import Logging
import Postgres

/// Fenced: progress under an epoch that no longer holds is dropped.
private let progressStatement: Statement = """
    INSERT INTO millrace.progress (job_id, epoch, done, total, message)
    SELECT report.job_id, report.epoch, report.done, report.total, report.message
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[])
        AS report(job_id, epoch, done, total, message)
    JOIN millrace.lease ON lease.job_id = report.job_id AND lease.epoch = report.epoch
    """

/// Not fenced: a line says what an attempt did, whoever has the job by now, and it names the epoch.
private let logStatement: Statement = """
    INSERT INTO millrace.log_line (job_id, epoch, at, level, message, metadata)
    SELECT line.job_id, line.epoch, millrace.clock() - line.age_ms * interval '1 millisecond', line.level, line.message,
        nullif(line.metadata, '{}')
    FROM unnest($1::bigint[], $2::bigint[], $3::double precision[], $4::text[], $5::text[], $6::jsonb[])
        AS line(job_id, epoch, age_ms, level, message, metadata)
    """

/// Writes what attempts have reported since the last call, in two statements at most.
func writeReports(of attempts: [AttemptState], to session: some Session) async throws {
    var progress: [(job: ClaimedJob, report: Progress)] = []
    var lines: [(job: ClaimedJob, line: JobLogLine)] = []
    for attempt in attempts {
        let taken = attempt.takeReports()
        if let report = taken.progress { progress.append((attempt.job, report)) }
        lines.append(contentsOf: taken.logLines.map { (attempt.job, $0) })
    }
    if !progress.isEmpty {
        try await session.execute(
            progressStatement, progress.map(\.job.id.rawValue), progress.map(\.job.epoch),
            progress.map { Int64($0.report.done) }, progress.map { $0.report.total.map(Int64.init) },
            progress.map(\.report.message))
    }
    if !lines.isEmpty {
        let now = ContinuousClock.now
        try await session.execute(
            logStatement, lines.map(\.job.id.rawValue), lines.map(\.job.epoch),
            lines.map { $0.line.loggedAt.duration(to: now).inSeconds * 1000 }, lines.map(\.line.level.rawValue),
            lines.map(\.line.message), try lines.map { try JSONText(encoding: $0.line.metadata) })
    }
}

extension AttemptState {
    /// Writes what the attempt has reported so far, so that its last lines stand before its end.
    func flush() async throws {
        try await writeReports(of: [self], to: pool)
    }
}
