public import Foundation
public import Postgres

private let startStatement: Statement = "SELECT millrace.run_pipeline($1, $2, $3, $4, $5)"
private let rerunStatement: Statement = "SELECT millrace.rerun($1, $2, $3, $4)"

extension Session {
    /// Starts a run of an applied pipeline.
    ///
    /// - Parameters:
    ///   - pipeline: its name.
    ///   - parameters: values of its parameters, an object; those that are missing have their defaults.
    ///   - logicalTime: the time the run stands for; now when nil.
    ///   - runAt: its first steps do not start before this time.
    ///   - earlier: a run that has to end first, however it ends.
    /// - Returns: the run's id.
    /// - Throws: `PostgresError` with the code P0002 when there is no such pipeline, 22023 when a parameter is missing or
    ///   unknown.
    public func startRun(
        of pipeline: String, parameters: JSONText? = nil, logicalTime: Date? = nil, runAt: Date? = nil,
        after earlier: Int64? = nil
    ) async throws -> Int64 {
        try await query(startStatement, pipeline, logicalTime, runAt, parameters, earlier)[0][0]
    }

    /// Runs steps of a run that has ended again, in a new run.
    ///
    /// - Parameters:
    ///   - run: the earlier run's id.
    ///   - steps: where to begin; what waits for them is done again too. nil: the steps that did not succeed.
    ///   - withOutputs: whether the steps that are not done again keep their outputs.
    ///   - parameters: values over those of the earlier run.
    /// - Returns: the new run's id.
    /// - Throws: `PostgresError` when the run is not there, has not ended, or has no such step.
    public func rerun(
        _ run: Int64, from steps: [String]? = nil, withOutputs: Bool = true, parameters: JSONText? = nil
    ) async throws -> Int64 {
        try await query(rerunStatement, run, steps, withOutputs, parameters)[0][0]
    }
}
