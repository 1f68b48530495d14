public import Foundation
public import Postgres

private let startStatement: Statement = "SELECT millrace.run_pipeline($1, $2, $3)"

extension Session {
    /// Starts a run of an applied pipeline.
    ///
    /// - Parameters:
    ///   - logicalTime: the time the run stands for; now when nil.
    ///   - runAt: its first steps do not start before this time.
    /// - Returns: the run's id.
    /// - Throws: `PostgresError` with ``SQLState/noDataFound`` when there is no such pipeline.
    public func startRun(
        of pipeline: String, logicalTime: Date? = nil, runAt: Date? = nil
    ) async throws -> Int64 {
        try await query(startStatement, pipeline, logicalTime, runAt)[0][0]
    }
}
