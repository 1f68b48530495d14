public import Postgres

private let standingStatement: Statement = """
    SELECT state::text, result, reason, successor_id, attempt FROM millrace.v_job WHERE id = $1
    """

/// Where a job stands, for who waits for it.
public struct JobStanding: Sendable {
    /// The state.
    public let state: JobState
    /// What it returned.
    public let result: JSONText?
    /// Why it did not succeed.
    public let reason: String?
    /// The job that carries its work on.
    public let successor: JobID?
    /// Attempts used.
    public let attempt: Int
}

extension Session {
    /// Where a job stands; nil when there is none.
    public func standing(of id: JobID) async throws -> JobStanding? {
        guard let row = try await first(standingStatement, id.rawValue) else { return nil }
        let (state, result, reason, successor, attempt) = try row.decode(
            String.self, JSONText?.self, String?.self, Int64?.self, Int.self)
        guard let known = JobState(rawValue: state) else { return nil }
        return JobStanding(
            state: known, result: result, reason: reason, successor: successor.map(JobID.init), attempt: attempt)
    }
}
