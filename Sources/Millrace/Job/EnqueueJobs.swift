public import Postgres

private let enqueueStatement: Statement = "SELECT id, fresh FROM millrace.enqueue_many($1)"
private let enqueueEachStatement: Statement = "SELECT millrace.enqueue_each($1, $2)"
private let enqueueOneStatement: Statement = "SELECT ARRAY[millrace.enqueue_one($1, $2)]"

/// What became of a request.
public struct Enqueued: Sendable, Hashable {
    /// The job.
    public let id: JobID
    /// Whether it was inserted; false when its unique key led to a job that is there already.
    public let isNew: Bool
}

/// The statement that enqueues some jobs.
struct EnqueueCall {
    let statement: Statement
    let parameters: [(any PostgresEncodable)?]
    private let areAlike: Bool

    /// - Parameter requests: at least one.
    init(_ requests: [JobRequest]) throws {
        areAlike = JobRequest.differInArgumentsOnly(requests)
        if areAlike, requests.count == 1 {
            statement = enqueueOneStatement
            parameters = [try JobRequest.shape(of: requests[0]), requests[0].arguments]
        } else if areAlike {
            statement = enqueueEachStatement
            parameters = [try JobRequest.shape(of: requests[0]), JobRequest.argumentList(of: requests)]
        } else {
            statement = enqueueStatement
            parameters = [try JobRequest.payload(of: requests)]
        }
    }

    /// What the answer says became of each request.
    func outcome(of rows: RowSet) throws -> [Enqueued] {
        if areAlike {
            let ids: [Int64] = try rows[0][0]
            return ids.map { Enqueued(id: JobID($0), isNew: true) }
        }
        return try rows.map { row in
            let (id, isNew) = try row.decode(Int64.self, Bool.self)
            return Enqueued(id: JobID(id), isNew: isNew)
        }
    }
}

extension Session {
    /// Enqueues jobs. On a ``Transaction`` they exist when it commits, or not at all.
    ///
    /// They travel in one statement and exist together. Jobs that differ in nothing but their arguments are several times
    /// faster than others; more than some hundred thousand are better sent in parts, in a transaction.
    ///
    /// - Parameter requests: the jobs; ``JobRequest/needs`` may name others of them.
    /// - Returns: what became of each, in the same order.
    /// - Throws: `PostgresError` whose message names the job of the array and what is wrong with it.
    public func enqueue(reporting requests: [JobRequest]) async throws -> [Enqueued] {
        guard !requests.isEmpty else { return [] }
        let call = try EnqueueCall(requests)
        return try call.outcome(of: try await query(call.statement, parameters: call.parameters))
    }

    /// Enqueues jobs. On a ``Transaction`` they exist when it commits, or not at all.
    ///
    /// - Parameter requests: the jobs; ``JobRequest/needs`` may name others of them.
    /// - Returns: their ids, in the same order; where a unique key kept one out, that of the job that is there.
    /// - Throws: `PostgresError` whose message names the job of the array and what is wrong with it.
    public func enqueue(_ requests: [JobRequest]) async throws -> [JobID] {
        try await enqueue(reporting: requests).map(\.id)
    }

    /// Enqueues one job. On a ``Transaction`` it exists when that commits, or not at all.
    @discardableResult
    public func enqueue(_ request: JobRequest) async throws -> JobID {
        try await enqueue([request])[0]
    }

    /// Wakes idle workers, which would otherwise look again within a second. To be called outside of transactions.
    public func ringDoorbell() async throws {
        try await send(.everybody)
    }
}
