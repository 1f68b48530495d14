import CLibPQ

extension Connection {
    /// Sends many statements in one round trip.
    ///
    /// Outside of a transaction they are one implicit transaction, or as many as ``PipelineBatch/commit()`` makes of them:
    /// after the first failure in one none of its statements has taken effect, those before it return rows all the same,
    /// and those after it did not run and report ``SQLState/pipelineAborted``.
    ///
    ///     let results = try await connection.pipeline { batch in
    ///         for id in ids { batch.query("UPDATE item SET stock = stock - 1 WHERE id = $1", id) }
    ///     }
    ///
    /// - Returns: one result for each statement, in order.
    /// - Throws: ``ConnectionError``, ``PostgresEncodingError``, or `CancellationError`.
    public nonisolated(nonsending) func pipeline(
        _ body: (inout PipelineBatch) -> Void
    ) async throws -> [Result<RowSet, PostgresError>] {
        var batch = PipelineBatch()
        body(&batch)
        return try await runPipeline(batch)
    }

    private func runPipeline(_ batch: PipelineBatch) async throws -> [Result<RowSet, PostgresError>] {
        try await occupy(turn) { try await self.exchangePipeline(batch) }
    }

    /// One statement on its way through the pipeline.
    private struct Step {
        let text: String
        let types: [Oid]
        /// The name under which the pipeline prepares it, when it does.
        var preparesAs: String?
    }

    /// Sends a batch and receives its results; the caller has the turn.
    func exchangePipeline(_ batch: PipelineBatch) async throws -> [Result<RowSet, PostgresError>] {
        if batch.items.isEmpty { return [] }
        let arguments = try batch.items.map { try Arguments($0.parameters) }
        let results = try await perform("pipeline of \(batch.count): \(batch.items[0].text)") { wire in
            try self.sent(PQenterPipelineMode(wire.pointer), wire)
            do {
                let steps = try self.sendPipeline(batch, arguments, wire)
                try await self.flush(wire)
                let results = try await self.receivePipeline(steps, starts: batch.starts, wire)
                try self.sent(PQexitPipelineMode(wire.pointer), wire)
                return results
            } catch {
                // What is still in the pipe cannot be told apart any more.
                self.abort()
                throw error
            }
        }
        for case .failure(let error) in results where error.sqlState == .queryCanceled && Task.isCancelled {
            throw CancellationError()
        }
        return results
    }

    private func sendPipeline(_ batch: PipelineBatch, _ arguments: [Arguments], _ wire: Wire) throws -> [Step] {
        var steps: [Step] = []
        var fresh: [String: [(name: String, types: [Oid])]] = [:]
        for (place, (item, arguments)) in zip(batch.items, arguments).enumerated() {
            if batch.starts.contains(place) { try sent(PQpipelineSync(wire.pointer), wire) }
            var step = Step(text: item.text, types: arguments.types)
            if !configuration.preparesStatements {
                try sendUnprepared(item.text, arguments, wire)
            } else if let name = prepared.name(for: item.text, arguments)
                ?? fresh[item.text]?.first(where: { arguments.fit($0.types) })?.name
            {
                try sendPrepared(name, arguments, wire)
            } else {
                let name = prepared.nextName()
                try sendPrepare(name, item.text, arguments, wire)
                try sendPrepared(name, arguments, wire)
                fresh[item.text, default: []].append((name, arguments.types))
                step.preparesAs = name
            }
            steps.append(step)
        }
        try sent(PQpipelineSync(wire.pointer), wire)
        return steps
    }

    private func receivePipeline(
        _ steps: [Step], starts: Set<Int>, _ wire: Wire
    ) async throws -> [Result<RowSet, PostgresError>] {
        var results: [Result<RowSet, PostgresError>] = []
        for (place, step) in steps.enumerated() {
            if starts.contains(place) { try await receiveSync(wire) }
            if let name = step.preparesAs {
                let outcome = try await receiveStep(step, wire)
                if case .success = outcome { prepared.insert(name, for: step.text, step.types) }
                let execution = try await receiveStep(step, wire)
                if case .failure = outcome { results.append(outcome) } else { results.append(execution) }
            } else {
                results.append(try await receiveStep(step, wire))
            }
            if case .failure(let error)? = results.last, error.saysPlanIsStale { _ = prepared.forget(step.text) }
        }
        try await receiveSync(wire)
        return results
    }

    private func receiveSync(_ wire: Wire) async throws {
        guard let end = try await nextResult(wire), end.status == PGRES_PIPELINE_SYNC else {
            throw lose(during: "pipeline")
        }
    }

    /// The result of one command, and the null that ends it.
    private func receiveStep(_ step: Step, _ wire: Wire) async throws -> Result<RowSet, PostgresError> {
        guard let result = try await nextResult(wire) else { throw lose(during: step.text) }
        let outcome: Result<RowSet, PostgresError>
        switch result.status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            outcome = .success(RowSet(result))
        case PGRES_PIPELINE_ABORTED:
            outcome = .failure(
                PostgresError(
                    .pipelineAborted, "did not run because an earlier statement of the pipeline failed",
                    statement: step.text))
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: throw wrongCall("copyIn or copyOut")
        default:
            guard let error = result.error(in: step.text) else { throw lose(during: step.text) }
            outcome = .failure(error)
        }
        guard try await nextResult(wire) == nil else { throw lose(during: step.text) }
        return outcome
    }
}
