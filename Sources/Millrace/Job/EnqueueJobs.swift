public import Postgres

private let enqueueStatement: Statement = "SELECT id, fresh FROM millrace.enqueue_many($1)"
private let enqueueEachStatement: Statement = "SELECT millrace.enqueue_each($1, $2)"
private let enqueueMixedStatement: Statement = "SELECT millrace.enqueue_mixed($1, $2, $3)"
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
    /// Whether the answer is a list of ids, all of them new.
    private let answersIDs: Bool

    /// - Parameter requests: at least one.
    init(_ requests: [JobRequest]) throws {
        if JobRequest.differInArgumentsOnly(requests) {
            answersIDs = true
            let shape = JSONText(try requests[0].head())
            if requests.count == 1 {
                statement = enqueueOneStatement
                parameters = [shape, requests[0].arguments]
            } else {
                statement = enqueueEachStatement
                parameters = [shape, JobRequest.argumentList(of: requests)]
            }
        } else if let shapes = try JobShapes(of: requests) {
            answersIDs = true
            statement = enqueueMixedStatement
            parameters = [shapes.texts, shapes.kinds, JobRequest.argumentList(of: requests)]
        } else {
            answersIDs = false
            statement = enqueueStatement
            parameters = [try JobRequest.payload(of: requests)]
        }
    }

    /// What the answer says became of each request.
    func outcome(of rows: RowSet) throws -> [Enqueued] {
        if answersIDs {
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
    /// They travel in one statement and exist together. Jobs that have a queue, a priority and rules for attempts and
    /// nothing else besides their arguments are several times faster than others, most of all if they share them. More
    /// than some hundred thousand are better sent in parts, in a transaction.
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
