import Foundation
import Postgres

/// Fenced: only who holds the lease may write.
private let saveStatement: Statement = """
    INSERT INTO millrace.checkpoint (job_id, epoch, state)
    SELECT job_id, epoch, $3 FROM millrace.lease WHERE job_id = $1 AND epoch = $2
    ON CONFLICT (job_id) DO UPDATE SET epoch = excluded.epoch, at = millrace.clock(), state = excluded.state
    WHERE checkpoint.epoch <= excluded.epoch
    """

private let loadStatement: Statement = "SELECT state FROM millrace.checkpoint WHERE job_id = $1"

extension JobContext {
    /// Keeps what the next attempt should find, should this one not come to its end.
    ///
    /// - Throws: ``StaleLease`` when another worker has the job by now.
    public func saveCheckpoint<State: Encodable & Sendable>(_ state: State) async throws {
        let saved = try await database.execute(saveStatement, id.rawValue, epoch, try JSONText(encoding: state))
        guard saved == 1 else { throw StaleLease(job: id, epoch: epoch) }
    }

    /// What an earlier attempt kept; nil on the first one.
    ///
    /// - Throws: `DecodingError` when it has another shape.
    public func checkpoint<State: Decodable & Sendable>(as type: State.Type = State.self) async throws -> State? {
        let state: JSONText? = try await database.first(loadStatement, id.rawValue)?[0]
        return try state.map { try $0.decode(State.self) }
    }
}
