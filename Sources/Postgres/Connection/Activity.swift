import CLibPQ
import Logging
import Synchronization

/// The operation a connection is busy with.
struct Activity {
    /// What happens when the task is cancelled meanwhile.
    enum Stop {
        /// The server is asked to stop the statement.
        case cancelStatement
        /// The statement is let finish (COMMIT), as long as that takes no more than the patience.
        case letFinish
        /// Cancellation is not looked at, and the patience counts from the start (ROLLBACK, clean-up).
        case shielded
    }

    /// How long the server may be silent once it was told to stop.
    static let patience = Duration.seconds(5)
    /// How long it may go on sending what it had begun to send.
    static let longestFarewell = Duration.seconds(60)

    let statement: String
    let stop: Stop
    var deadline: ContinuousClock.Instant?
    /// The task was cancelled while the operation was under way.
    var isCancelled = false
    /// The server was asked to stop the statement.
    var isAskedToStop = false
    /// Each sign of life moves the deadline, up to here.
    var finalDeadline: ContinuousClock.Instant?
}

extension Connection {
    /// Runs one operation from its first byte to the last byte of the answer.
    ///
    /// `body` must leave libpq idle, whether it throws or not, unless the connection is lost.
    func perform<T>(
        _ statement: String, stop: Activity.Stop = .cancelStatement,
        _ body: nonisolated(nonsending) (Wire) async throws -> T
    ) async throws -> T {
        let wire = try begin(statement, stop: stop)
        do {
            let value = try await body(wire)
            finish()
            return value
        } catch {
            throw finish(failing: error)
        }
    }

    /// Starts an operation.
    func begin(_ statement: String, stop: Activity.Stop = .cancelStatement) throws -> Wire {
        guard let wire else { throw ConnectionError.closed(endpoint: endpoint) }
        if wire.isBroken { throw lose(during: statement) }
        var activity = Activity(statement: statement, stop: stop)
        if stop == .shielded {
            activity.deadline = .now + Activity.patience
        } else {
            try Task.checkCancellation()
        }
        self.activity = activity
        condition.store(.used, ordering: .releasing)
        return wire
    }

    /// Ends an operation: nothing of it reaches the next one.
    func finish() {
        activity = nil
        guard let wire else { return }
        if wire.isBroken {
            _ = lose(during: "waiting")
            return
        }
        let isClean = wire.transactionStatus == PQTRANS_IDLE && subscriptions.isEmpty
        condition.store(isClean ? .clean : .used, ordering: .releasing)
        if !subscriptions.isEmpty {
            deliverNotifications()
            watchForNotifications()
        }
    }

    /// Ends an operation that failed, and says what its caller sees.
    func finish(failing error: any Error) -> any Error {
        let ended = activity
        finish()
        guard let ended, ended.isCancelled, ended.stop == .cancelStatement else { return error }
        return switch error {
        case let error as PostgresError where error.sqlState == .queryCanceled: CancellationError()
        case ConnectionError.timedOut: CancellationError()
        default: error
        }
    }

    /// Waits until the socket is ready, and turns cancellation of the task into a request to the server.
    func awaitSocket(_ interest: Reactor.Interest, _ wire: Wire) async throws {
        guard let activity else { throw ConnectionError.closed(endpoint: endpoint) }
        if let last = activity.finalDeadline {
            let now = ContinuousClock.now
            if now >= last { throw giveUp() }
            // What a stopped server has sent already is worth no wait: a busy process may take long to come back here.
            if wire.hasInput {
                self.activity?.deadline = min(now + Activity.patience, last)
                return
            }
        }
        let wakeup = await wire.wait(
            for: interest, until: activity.deadline,
            isCancellable: activity.stop != .shielded && !activity.isCancelled)
        guard self.wire != nil else { throw ConnectionError.closed(endpoint: endpoint) }
        switch wakeup {
        case .ready: break
        case .interrupted: try await noteCancellation()
        case .timedOut: throw giveUp()
        }
    }

    /// Acts on cancellation of the task, once.
    func noteCancellation() async throws {
        guard let activity, Task.isCancelled, !activity.isCancelled, activity.stop != .shielded else { return }
        self.activity?.isCancelled = true
        if activity.stop == .cancelStatement {
            try await requestCancel()
        } else {
            self.activity?.deadline = .now + Activity.patience
        }
    }

    /// Asks the server to stop the statement; its answer comes as the statement's error.
    ///
    /// Waits until the server has passed the request on, so that it cannot hit the next statement, and so that a server
    /// in the middle of a long answer stops sending as soon as it is read from again.
    func requestCancel() async throws {
        guard let wire, activity?.isAskedToStop == false else { return }
        activity?.isAskedToStop = true
        do {
            let logger = logger
            let reactor = try Reactor.shared()
            let request = try CancelRequest(wire.pointer) { reason in
                logger.warning("the server could not be asked to stop a statement", metadata: ["reason": "\(reason)"])
            }
            let registration = reactor.register(request.isSent)
            let wakeup = await reactor.wait(
                registration, for: .read, until: .now + Activity.patience, isCancellable: false)
            reactor.unregister(registration, isOpen: true)
            guard self.wire != nil else { throw ConnectionError.closed(endpoint: endpoint) }
            if wakeup != .ready { throw giveUp() }
        } catch let error as SystemError {
            // The deadline closes the connection if the statement does not end by itself.
            logger.warning("the server could not be asked to stop a statement", metadata: ["reason": "\(error)"])
        }
        activity?.deadline = .now + Activity.patience
        activity?.finalDeadline = .now + Activity.longestFarewell
    }

    /// Closes the connection because the server does not answer.
    private func giveUp() -> ConnectionError {
        abort()
        return .timedOut(
            endpoint: endpoint, during: Statement.excerpt(activity?.statement ?? ""), after: Activity.patience)
    }
}
