package import Postgres

private let waitingStatement: Statement = """
    SELECT format('job %s %s', why.id, why.reason)
    FROM millrace.v_why AS why JOIN millrace.job ON job.id = why.id
    WHERE job.run_id = $1 AND why.state IN ('ready', 'scheduled')
    ORDER BY why.id LIMIT 1
    """

extension Session {
    /// Why the oldest job of a run that could be next does not run.
    package func waitingReason(ofRun run: Int64) async throws -> String? {
        try await first(waitingStatement, run)?[0]
    }
}
