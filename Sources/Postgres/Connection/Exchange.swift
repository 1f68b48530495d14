import CLibPQ

/// Sending and receiving within one operation. Nothing here blocks: what libpq would wait for is awaited first.
extension Connection {
    /// Turns a failure to send into an error.
    func sent(_ code: Int32, _ wire: Wire) throws {
        guard code == 1 else {
            let statement = activity?.statement ?? ""
            if wire.isBroken { throw lose(during: statement) }
            throw PostgresError(
                SQLState("08P01"), wire.errorMessage, hint: "look at what was sent", statement: statement)
        }
    }

    /// Sends all that libpq has buffered; reads meanwhile, so that both sides never wait for each other.
    func flush(_ wire: Wire) async throws {
        while true {
            guard let isDone = wire.flush() else { return }
            if isDone { return }
            try await awaitSocket([.read, .write], wire)
            guard wire.consumeInput() else { return }
        }
    }

    /// The next result of the operation; `nil` after the last.
    ///
    /// A broken connection shows as a result that is an error, which is how libpq reports it.
    func nextResult(_ wire: Wire) async throws -> ServerResult? {
        while wire.isBusy {
            try await awaitSocket(.read, wire)
            guard wire.consumeInput() else { break }
        }
        return wire.nextResult()
    }

    /// What a failed result means.
    func failure(_ result: ServerResult) -> any Error {
        let statement = activity?.statement ?? ""
        return result.error(in: statement) ?? lose(during: statement)
    }

    /// Receives everything up to the end of the operation.
    ///
    /// - Returns: the last result.
    /// - Throws: the first error.
    func collect(_ wire: Wire) async throws -> ServerResult {
        try await flush(wire)
        var last: ServerResult?
        var failure: (any Error)?
        while let result = try await nextResult(wire) {
            switch result.status {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY, PGRES_SINGLE_TUPLE:
                last = result
            case PGRES_COPY_IN, PGRES_COPY_BOTH:
                failure = failure ?? wrongCall("copyIn")
                PQputCopyEnd(wire.pointer, "COPY was started by a call that has no data")
                try await flush(wire)
            case PGRES_COPY_OUT:
                failure = failure ?? wrongCall("copyOut")
                try await discardCopyData(wire)
            default:
                failure = failure ?? self.failure(result)
            }
            if self.wire == nil { break }
        }
        if let failure { throw failure }
        guard let last else { throw lose(during: activity?.statement ?? "") }
        return last
    }

    /// Receives everything up to the end of the operation and forgets it.
    func drain(_ wire: Wire) async throws {
        try await flush(wire)
        while let result = try await nextResult(wire) {
            switch result.status {
            case PGRES_COPY_IN, PGRES_COPY_BOTH:
                PQputCopyEnd(wire.pointer, "given up")
                try await flush(wire)
            case PGRES_COPY_OUT: try await discardCopyData(wire)
            default: break
            }
            if wire.isBroken { return }
        }
    }

    private func discardCopyData(_ wire: Wire) async throws {
        try await requestCancel()
        while try await copyMessage(wire) != nil {}
    }

    /// The next message of a COPY from the server; `nil` at its end.
    func copyMessage(_ wire: Wire) async throws -> [UInt8]? {
        while true {
            switch wire.copyMessage() {
            case .data(let bytes): return bytes
            case .end: return nil
            case .pending:
                try await awaitSocket(.read, wire)
                guard wire.consumeInput() else { return nil }
            }
        }
    }

    func wrongCall(_ instead: String) -> ConnectionError {
        .wrongCall(statement: Statement.excerpt(activity?.statement ?? ""), instead: instead)
    }
}
