import CLibPQ

extension Connection {
    /// Runs `COPY … FROM STDIN` with what `write` writes.
    ///
    ///     let rows = try await connection.copyIn("COPY item (id, name) FROM STDIN (FORMAT csv)") { copy in
    ///         for line in lines { try await copy.write(line) }
    ///     }
    ///
    /// - Returns: the number of rows copied.
    /// - Throws: what `write` threw, and then nothing is copied; ``PostgresError`` when the server refuses the data.
    public func copyIn(
        _ statement: Statement, write: @Sendable (CopyWriter) async throws -> Void
    ) async throws -> Int {
        try await occupy(turn) { try await self.runCopyIn(statement, write) }
    }

    /// Runs `COPY … FROM STDIN` with the bytes of a sequence.
    ///
    /// - Returns: the number of rows copied.
    /// - Throws: what the sequence threw, and then nothing is copied; ``PostgresError`` when the server refuses.
    public func copyIn(
        _ statement: Statement, _ chunks: some AsyncSequence<[UInt8], any Error> & Sendable
    ) async throws -> Int {
        try await copyIn(statement) { writer in
            for try await chunk in chunks { try await writer.write(chunk) }
        }
    }

    /// Runs a COPY to the server; the caller has the turn.
    func runCopyIn(_ statement: Statement, _ write: @Sendable (CopyWriter) async throws -> Void) async throws -> Int {
        try await perform(statement.text) { wire in
            try self.sent(PQsendQuery(wire.pointer, statement.text), wire)
            try await self.flush(wire)
            try await self.awaitCopy(PGRES_COPY_IN, instead: "query or execute", wire)
            let writer = CopyWriter(self)
            do {
                try await write(writer)
                try await writer.handOver()
                await writer.close()
                if self.activity?.isCancelled == true { throw CancellationError() }
            } catch {
                await writer.close()
                guard self.wire != nil else { throw error }
                // The text goes to the server's log; the error itself may quote data.
                PQputCopyEnd(wire.pointer, "the client gave up")
                try await self.drain(wire)
                throw error
            }
            try self.sent(PQputCopyEnd(wire.pointer, nil), wire)
            return try await self.collect(wire).affectedRows
        }
    }

    /// Sends a piece of the data and waits until the socket has taken it.
    func putCopyData(_ bytes: [UInt8]) async throws {
        guard let wire, activity != nil else { throw ConnectionError.closed(endpoint: endpoint) }
        try await noteCancellation()
        if activity?.isCancelled == true { throw CancellationError() }
        // libpq takes lengths as Int32, and buffers whatever it is given: pieces keep its buffer small.
        for start in stride(from: 0, to: bytes.count, by: 1 << 20) {
            let piece = bytes[start..<min(start + 1 << 20, bytes.count)]
            let code = piece.withUnsafeBytes { PQputCopyData(wire.pointer, $0.baseAddress, Int32($0.count)) }
            try sent(code, wire)
            try await flush(wire)
            if wire.isBroken { throw lose(during: activity?.statement ?? "") }
            if activity?.isCancelled == true { throw CancellationError() }
        }
    }

    /// Waits for the server's word that the COPY has begun; anything else is received to its end and thrown.
    func awaitCopy(_ status: ExecStatusType, instead: String, _ wire: Wire) async throws {
        guard let first = try await nextResult(wire) else { throw lose(during: activity?.statement ?? "") }
        if first.status == status { return }
        let error: any Error
        switch first.status {
        case PGRES_FATAL_ERROR, PGRES_NONFATAL_ERROR, PGRES_BAD_RESPONSE: error = failure(first)
        case PGRES_COPY_IN:
            error = wrongCall("copyIn")
            PQputCopyEnd(wire.pointer, "this COPY needs data")
        case PGRES_COPY_OUT:
            error = wrongCall("copyOut")
            try await requestCancel()
            while try await copyMessage(wire) != nil {}
        default: error = wrongCall(instead)
        }
        if self.wire != nil { try await drain(wire) }
        throw error
    }
}
