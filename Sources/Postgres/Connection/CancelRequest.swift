import CLibPQ
import Glibc

/// A request to the server to stop what it runs, sent from a thread of its own since `PQcancel` blocks.
///
/// libpq returns from `PQcancel` after the server has passed the request on, so once ``isSent`` is readable
/// the request cannot hit a later statement.
final class CancelRequest: Sendable {
    /// Readable once the server has dealt with the request, or could not be asked.
    let isSent: Int32

    /// - Parameter connection: the `PGconn` whose statement is to be stopped.
    init(_ connection: OpaquePointer, _ failed: @escaping @Sendable (String) -> Void) throws(SystemError) {
        isSent = try SystemError.check("eventfd", eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)))
        guard let key = CancelKey(connection) else {
            failed("the connection is gone")
            report()
            return
        }
        DedicatedThread.start("postgres-cancel") {
            var message = [CChar](repeating: 0, count: 256)
            if PQcancel(key.pointer, &message, Int32(message.count)) == 0 {
                failed(message.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" })
            }
            self.report()
        }
    }

    deinit {
        close(isSent)
    }

    private func report() {
        var one: UInt64 = 1
        // Written once, so it cannot be full.
        _ = write(isSent, &one, 8)
    }
}

/// Owns a `PGcancel`.
///
/// @unchecked: `PQcancel` is documented as safe from any thread, and the object is never changed.
private final class CancelKey: @unchecked Sendable {
    let pointer: OpaquePointer

    init?(_ connection: OpaquePointer) {
        guard let pointer = PQgetCancel(connection) else { return nil }
        self.pointer = pointer
    }

    deinit {
        PQfreeCancel(pointer)
    }
}
