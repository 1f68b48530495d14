public import Postgres

private let approveStatement: Statement = "SELECT millrace.approve($1, $2, $3, $4, $5)"

extension Session {
    /// Answers an approval step that waits. Approved, it ends well, with who said so and why as its output; refused, it fails.
    ///
    /// - Parameters:
    ///   - run: the run's id.
    ///   - step: the step that waits.
    ///   - approved: the answer.
    ///   - approver: who answers; the database account when nil.
    ///   - comment: why, for whoever looks later.
    /// - Throws: `PostgresError` when the step does not wait for an approval; its hint names those that do.
    public func approve(
        run: Int64, step: String, approved: Bool = true, by approver: String? = nil, comment: String? = nil
    ) async throws {
        try await execute(approveStatement, run, step, approved, approver, comment)
    }
}
