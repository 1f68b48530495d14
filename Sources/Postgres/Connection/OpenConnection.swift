import CLibPQ
import Foundation
import Synchronization

/// A `PGconn` on its way from the thread that opened it to the connection that owns it.
///
/// @unchecked: one side at a time has it; `OpenAttempt` hands it over exactly once.
struct OpenedConnection: @unchecked Sendable {
    let pointer: OpaquePointer
}

/// One attempt to connect, on a thread of its own, because libpq may block in name resolution.
///
/// The task waits for the thread, or for its own cancellation, whichever comes first; a thread that was given up
/// closes what it opened. Hosts of the connection string are tried in turn, each for `connectTimeout`.
final class OpenAttempt: Sendable {
    private enum Phase {
        case running
        case waited(CheckedContinuation<OpenedConnection, any Error>)
        case finished(Result<OpenedConnection, any Error>)
        case over
    }

    private let configuration: Configuration
    private let phase = Mutex(Phase.running)
    /// Becomes readable when the attempt is given up, so that the thread stops polling.
    private let stop: Int32

    private init(_ configuration: Configuration) throws {
        self.configuration = configuration
        stop = try SystemError.check("eventfd", eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)))
    }

    deinit {
        close(stop)
    }

    /// Opens a connection.
    ///
    /// - Throws: ``ConnectFailure``, or `CancellationError`.
    nonisolated(nonsending) static func open(_ configuration: Configuration) async throws -> OpenedConnection {
        try Task.checkCancellation()
        let attempt = try OpenAttempt(configuration)
        DedicatedThread.start("postgres-connect") { attempt.settle(with: Result { try attempt.run() }) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { attempt.wait($0) }
        } onCancel: {
            attempt.giveUp()
        }
    }

    private func wait(_ continuation: CheckedContinuation<OpenedConnection, any Error>) {
        let outcome = phase.withLock { phase -> Result<OpenedConnection, any Error>? in
            switch phase {
            case .finished(let outcome):
                phase = .over
                return outcome
            case .over: return .failure(CancellationError())
            case .running, .waited:
                phase = .waited(continuation)
                return nil
            }
        }
        if let outcome { continuation.resume(with: outcome) }
    }

    private func settle(with outcome: Result<OpenedConnection, any Error>) {
        let (continuation, isUnwanted) = phase.withLock { phase in
            switch phase {
            case .waited(let continuation):
                phase = .over
                return (Optional(continuation), false)
            case .over: return (nil, true)
            case .running, .finished:
                phase = .finished(outcome)
                return (nil, false)
            }
        }
        continuation?.resume(with: outcome)
        if isUnwanted, case .success(let opened) = outcome { PQfinish(opened.pointer) }
    }

    private func giveUp() {
        let (continuation, unwanted) = phase.withLock {
            phase -> (CheckedContinuation<OpenedConnection, any Error>?, OpenedConnection?) in
            defer { phase = .over }
            return switch phase {
            case .waited(let continuation): (continuation, nil)
            case .finished(.success(let opened)): (nil, opened)
            case .finished, .running, .over: (nil, nil)
            }
        }
        if let unwanted { PQfinish(unwanted.pointer) }
        var one: UInt64 = 1
        // A full counter means that the thread was told already.
        _ = write(stop, &one, 8)
        continuation?.resume(throwing: CancellationError())
    }

    // MARK: On the thread

    private func run() throws -> OpenedConnection {
        var hosts = HostList(configuration.options)
        while true {
            let pointer = try start(hosts)
            do throws(HostFailure) {
                try poll(pointer)
                guard PQsetnonblocking(pointer, 1) == 0 else { throw .refused(message(pointer)) }
                PQsetErrorVerbosity(pointer, PQERRORS_DEFAULT)
                return OpenedConnection(pointer: pointer)
            } catch {
                defer { PQfinish(pointer) }
                switch error {
                case .stopped: throw CancellationError()
                case .refused(let text):
                    throw ConnectFailure(endpoint: configuration.endpointDescription, libpq: text)
                case .silent:
                    guard
                        let rest = hosts?.after(
                            host: text(PQhost(pointer)), address: text(PQhostaddr(pointer)), port: text(PQport(pointer))
                        )
                    else {
                        throw ConnectFailure(
                            endpoint: configuration.endpointDescription,
                            reason: "no answer within \(configuration.connectTimeout)", isTransient: true)
                    }
                    hosts = rest
                }
            }
        }
    }

    private enum HostFailure: Error {
        case stopped
        case silent
        case refused(String)
    }

    private func start(_ hosts: HostList?) throws -> OpaquePointer {
        let options = configuration.connectionOptions(hosts: hosts).sorted { $0.key < $1.key }
        let keywords = options.map { strdup($0.key) }
        let values = options.map { strdup($0.value) }
        defer { (keywords + values).forEach { free($0) } }
        let pointer = (keywords.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { keywords in
            (values.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { values in
                PQconnectStartParams(keywords.baseAddress, values.baseAddress, 0)
            }
        }
        guard let pointer else {
            throw ConnectFailure(
                endpoint: configuration.endpointDescription, reason: "out of memory", isTransient: false)
        }
        // Verbose texts carry the SQLSTATE, which libpq shows in no other way while it connects.
        PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
        return pointer
    }

    /// Drives libpq's connection state machine until it is done or this host's time is up.
    private func poll(_ pointer: OpaquePointer) throws(HostFailure) {
        guard PQstatus(pointer) != CONNECTION_BAD else { throw .refused(message(pointer)) }
        let clock = ContinuousClock()
        var deadline = clock.now + configuration.connectTimeout
        var host = text(PQhost(pointer)) + ":" + text(PQport(pointer))
        var waitsToWrite = true
        while true {
            let milliseconds = ((deadline - clock.now) / .milliseconds(1)).rounded(.up)
            guard milliseconds > 0 else { throw .silent }
            var descriptors = [
                pollfd(fd: PQsocket(pointer), events: Int16(waitsToWrite ? POLLOUT : POLLIN), revents: 0),
                pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
            ]
            guard Glibc.poll(&descriptors, 2, Int32(min(milliseconds, 60_000))) > 0 else { continue }
            if descriptors[1].revents != 0 { throw .stopped }
            switch PQconnectPoll(pointer) {
            case PGRES_POLLING_OK: return
            case PGRES_POLLING_READING: waitsToWrite = false
            case PGRES_POLLING_WRITING: waitsToWrite = true
            default: throw .refused(message(pointer))
            }
            // libpq went on to the next host by itself: it has its own time.
            let current = text(PQhost(pointer)) + ":" + text(PQport(pointer))
            if current != host { deadline = clock.now + configuration.connectTimeout }
            host = current
        }
    }

    private func message(_ pointer: OpaquePointer) -> String {
        configuration.scrub(text(PQerrorMessage(pointer)))
    }

    private func text(_ pointer: UnsafePointer<CChar>?) -> String {
        pointer.map { String(cString: $0) } ?? ""
    }

    private func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
        pointer.map { String(cString: $0) } ?? ""
    }
}
