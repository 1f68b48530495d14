import Foundation
import Postgres

private let stepOutputStatement: Statement = """
    SELECT millrace.step_output($1, $2)
    """

private let parentResultsStatement: Statement = """
    SELECT millrace.output_of(parent.id) FROM unnest($1::bigint[]) AS parent(id) ORDER BY parent.id
    """

extension JobContext {
    /// The result of a step of the same pipeline run, or of the job that carried its work on; of a step with `for-each`,
    /// the list of its children's results.
    ///
    /// - Returns: nil when the job belongs to no run, or the step has not ended well, or it had no result.
    /// - Throws: `DecodingError` when the result has another shape.
    public func output<Output: Decodable & Sendable>(
        ofStep name: String, as type: Output.Type = Output.self
    ) async throws -> Output? {
        guard let runID else { return nil }
        let output: JSONText? = try await database.query(stepOutputStatement, runID, name)[0][0]
        return try output.map { try $0.decode(Output.self) }
    }

    /// The results of the jobs that this one waited for, in the order of their ids; those without a result are left out.
    ///
    /// - Throws: `DecodingError` when a result has another shape.
    public func parentResults<Output: Decodable & Sendable>(
        as type: Output.Type = Output.self
    ) async throws -> [Output] {
        let rows = try await database.query(parentResultsStatement, attemptState.job.needs.map(\.rawValue))
        return try rows.compactMap { row in
            let output: JSONText? = try row[0]
            return try output?.decode(Output.self)
        }
    }
}
