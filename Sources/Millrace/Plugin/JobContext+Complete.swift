public import Postgres

private let mostChildrenStatement: Statement =
    "SELECT value::bigint FROM millrace.setting WHERE name = 'max_children'"

extension JobContext {
    /// Ends the job without a result, its effects in the same transaction. See ``complete(result:_:)``.
    public func complete(_ effects: @Sendable (Transaction) async throws -> Void = { _ in }) async throws {
        try await end(result: nil, effects)
    }

    /// Ends the job. The effects and the completion commit together, or neither does.
    ///
    /// The lease is locked first, so nobody can take the job over while the effects are written. After this returns
    /// the job has succeeded, whatever `run` does then; a second call is an error.
    ///
    /// - Parameters:
    ///   - result: what later steps and people may read; written as JSON.
    ///   - effects: what the plugin writes, in the transaction that completes the job. May run again after a
    ///     serialization failure.
    /// - Throws: ``StaleLease`` when another worker has the job by now; whatever `effects` throws.
    public func complete<Result: Encodable & Sendable>(
        result: Result, _ effects: @Sendable (Transaction) async throws -> Void = { _ in }
    ) async throws {
        try await end(result: try JSONText(encoding: result), effects)
    }

    /// Ends the job and hands its work on to children, which are inserted in the same transaction.
    ///
    /// Whatever waited for this job waits from now on for `successor`, or, when that is nil, for all the children.
    ///
    /// - Parameters:
    ///   - result: what later steps and people may read; written as JSON.
    ///   - children: jobs that may run at once, or in the order that their ``JobRequest/needs`` say.
    ///   - successor: a job that runs when all children have ended well. It can read their results.
    ///   - effects: what the plugin writes, in the transaction that completes the job.
    /// - Throws: ``StaleLease`` when another worker has the job by now; whatever `effects` throws.
    public func complete<Result: Encodable & Sendable>(
        result: Result, spawning children: [JobRequest], then successor: JobRequest?,
        _ effects: @Sendable (Transaction) async throws -> Void = { _ in }
    ) async throws {
        let result = try JSONText(encoding: result)
        guard !children.isEmpty || successor != nil else {
            try await end(result: result, effects)
            return
        }
        try await checkCount(of: children)
        var heirs = children
        var successorKey: String?
        if var successor {
            for index in heirs.indices where heirs[index].key == nil {
                heirs[index].key = "child-\(index)"
            }
            let key = successor.key ?? "then"
            successor.key = key
            successor.needs = heirs.compactMap(\.key)
            heirs.append(successor)
            successorKey = key
        }
        let attempt = attemptState
        try await attempt.flush()
        try await database.transaction { [heirs, successorKey] transaction in
            try await transaction.hold(attempt.job)
            try await effects(transaction)
            let ids = try await transaction.handOver(
                attempt.job, result: result, children: heirs, successor: successorKey)
            guard ids != nil else { throw StaleLease(job: attempt.job.id, epoch: attempt.job.epoch) }
        }
        attempt.markEnded()
        attempt.doorbell.ring()
    }

    /// The server refuses what is too many as well, but only once it has all of them: very many are asked about first, and no
    /// later attempt would have fewer.
    private func checkCount(of children: [JobRequest]) async throws {
        guard children.count > 10_000 else { return }
        let most: Int = try await database.query(mostChildrenStatement)[0][0]
        guard children.count > most else { return }
        throw PermanentFailure(
            "a fan-out into \(children.count) jobs, and \(most) are allowed  →  give each child a range of the work "
                + "instead of one piece; or raise the limit: "
                + "UPDATE millrace.setting SET value = … WHERE name = 'max_children'")
    }

    private func end(
        result: JSONText?, _ effects: @Sendable (Transaction) async throws -> Void
    ) async throws {
        let attempt = attemptState
        try await attempt.flush()
        try await database.transaction { transaction in
            try await transaction.hold(attempt.job)
            try await effects(transaction)
            let completion = Completion(job: attempt.job.id, epoch: attempt.job.epoch, result: result)
            guard try await transaction.complete([completion]).contains(attempt.job.id) else {
                throw StaleLease(job: attempt.job.id, epoch: attempt.job.epoch)
            }
        }
        attempt.markEnded()
        attempt.doorbell.ring()
    }
}
