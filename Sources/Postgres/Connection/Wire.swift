import CLibPQ
import Glibc
import Logging

/// Owns one `PGconn` in non-blocking mode and closes it at the end. Every call returns at once.
///
/// Not `Sendable`: it lives inside of a ``Connection``, which makes sure that one call runs at a time.
final class Wire {
    let pointer: OpaquePointer
    private let notices: NoticeLog
    private let reactor: Reactor
    private let registration: Reactor.Registration

    init(adopting opened: OpenedConnection, reactor: Reactor, logger: Logger) {
        pointer = opened.pointer
        self.reactor = reactor
        registration = reactor.register(PQsocket(pointer))
        notices = NoticeLog(logger: logger)
        PQsetNoticeReceiver(pointer, NoticeLog.receive, Unmanaged.passUnretained(notices).toOpaque())
    }

    deinit {
        leaveReactor()
        PQfinish(pointer)
    }

    private var holdsSocket: Bool { PQsocket(pointer) == registration.descriptor }

    /// Ends the wait under way, if any, and all later ones at once.
    func leaveReactor() {
        reactor.unregister(registration, isOpen: holdsSocket)
    }

    /// Suspends until the socket is ready.
    nonisolated(nonsending) func wait(
        for interest: Reactor.Interest, until deadline: ContinuousClock.Instant?, isCancellable: Bool
    ) async -> Reactor.Wakeup {
        // libpq closes a broken socket by itself, and its number may be another connection's by now.
        guard holdsSocket else { return .ready }
        return await reactor.wait(registration, for: interest, until: deadline, isCancellable: isCancellable)
    }

    /// Calls `alarm` once when the server speaks up while no operation waits.
    func watch(alarm: @escaping @Sendable () -> Void) {
        if holdsSocket { reactor.watch(registration, alarm: alarm) } else { alarm() }
    }

    /// Whether the connection is gone, or the server has said that it is about to be.
    var isBroken: Bool { PQstatus(pointer) == CONNECTION_BAD || notices.sawFatal }
    var transactionStatus: PGTransactionStatusType { PQtransactionStatus(pointer) }
    var isBusy: Bool { PQisBusy(pointer) == 1 }

    /// libpq's last words on one line.
    var errorMessage: String {
        PQerrorMessage(pointer).map { Statement.excerpt(String(cString: $0)) } ?? ""
    }

    /// Sends what is buffered; true when nothing is left, nil when the connection broke.
    func flush() -> Bool? {
        switch PQflush(pointer) {
        case 0: true
        case 1: false
        default: nil
        }
    }

    /// Reads what the socket has; false when the connection broke.
    func consumeInput() -> Bool {
        guard PQconsumeInput(pointer) == 1 else { return false }
        // libpq makes room for 8 KiB and a TLS record may hold 16: the rest waits inside of OpenSSL, where no socket
        // tells of it, and is read by a second call.
        return PQsslInUse(pointer) == 0 || PQconsumeInput(pointer) == 1
    }

    /// Reads and looks at everything that has come while nothing was asked; false when the connection broke.
    func readUnasked() -> Bool {
        repeat {
            guard consumeInput() else { return false }
            // Looking whether a result is complete is what makes libpq look at the messages.
            _ = isBusy
            if isBroken { return false }
        } while hasInput
        return true
    }

    /// Whether the socket has something to read, be it its end.
    var hasInput: Bool {
        var descriptor = pollfd(fd: PQsocket(pointer), events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) > 0
    }

    /// The next result; only when not busy, else it would block.
    func nextResult() -> ServerResult? {
        PQgetResult(pointer).map(ServerResult.init(adopting:))
    }

    /// What a COPY from the server has ready.
    enum CopyMessage {
        case data([UInt8])
        case pending
        case end
    }

    /// The next message of a COPY from the server, if it is here already.
    func copyMessage() -> CopyMessage {
        var buffer: UnsafeMutablePointer<CChar>?
        let length = PQgetCopyData(pointer, &buffer, 1)
        defer { PQfreemem(buffer) }
        if length > 0 { return .data([UInt8](UnsafeRawBufferPointer(start: buffer, count: Int(length)))) }
        return length == 0 ? .pending : .end
    }

    /// Notifications read so far.
    func takeNotifications() -> [Notification] {
        var notifications: [Notification] = []
        while let pointer = PQnotifies(pointer) {
            defer { PQfreemem(pointer) }
            notifications.append(
                Notification(
                    channel: pointer.pointee.relname.map { String(cString: $0) } ?? "",
                    payload: pointer.pointee.extra.map { String(cString: $0) } ?? "",
                    senderPID: pointer.pointee.be_pid))
        }
        return notifications
    }

    /// An identifier in double quotes.
    func quoteIdentifier(_ name: String) -> String? {
        guard let quoted = name.withCString({ PQescapeIdentifier(pointer, $0, name.utf8.count) }) else { return nil }
        defer { PQfreemem(quoted) }
        return String(cString: quoted)
    }
}

/// Where the server's notices and warnings go: to the log instead of standard error.
final class NoticeLog {
    private let logger: Logger
    /// The server has said good-bye while nothing was asked of it, which libpq hands on as a notice.
    private(set) var sawFatal = false

    init(logger: Logger) {
        self.logger = logger
    }

    /// libpq's callback; `context` is the log of the connection, which outlives it.
    static let receive: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?) -> Void = { context, result in
        guard let context, let result else { return }
        let log = Unmanaged<NoticeLog>.fromOpaque(context).takeUnretainedValue()
        func field(_ code: Character) -> String {
            code.asciiValue.flatMap { PQresultErrorField(result, Int32($0)) }.map { String(cString: $0) } ?? ""
        }
        // V is the severity in English whatever the server's language.
        let severity = field("V")
        if severity == "FATAL" || severity == "PANIC" { log.sawFatal = true }
        let level: Logger.Level = severity == "WARNING" ? .warning : .debug
        log.logger.log(level: level, "\(field("M"))", metadata: ["sqlState": "\(field("C"))"])
    }
}
