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

    /// How long the server may take to answer once it was told to stop.
    static let patience = Duration.seconds(5)

    let statement: String
    let stop: Stop
    var deadline: ContinuousClock.Instant?
    /// The task was cancelled while the operation was under way.
    var isCancelled = false
    var cancelRequest: CancelRequest?
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
            await finish()
            return value
        } catch {
            throw await finish(failing: error)
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
    func finish() async {
        await awaitCancelRequest()
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
    func finish(failing error: any Error) async -> any Error {
        let ended = activity
        await finish()
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
        let wakeup = await wire.wait(
            for: interest, until: activity.deadline,
            isCancellable: activity.stop != .shielded && !activity.isCancelled)
        guard self.wire != nil else { throw ConnectionError.closed(endpoint: endpoint) }
        switch wakeup {
        case .ready: break
        case .interrupted: noteCancellation()
        case .timedOut:
            abort()
            throw ConnectionError.timedOut(
                endpoint: endpoint, during: Statement.excerpt(activity.statement), after: Activity.patience)
        }
    }

    /// Acts on cancellation of the task, once.
    func noteCancellation() {
        guard let activity, Task.isCancelled, !activity.isCancelled, activity.stop != .shielded else { return }
        self.activity?.isCancelled = true
        self.activity?.deadline = .now + Activity.patience
        if activity.stop == .cancelStatement { requestCancel() }
    }

    /// Asks the server to stop the statement; its answer comes as the statement's error.
    func requestCancel() {
        guard let wire, activity?.cancelRequest == nil else { return }
        let deadline = activity?.deadline ?? .now + Activity.patience
        activity?.deadline = deadline
        do {
            let logger = logger
            activity?.cancelRequest = try CancelRequest(wire.pointer) { reason in
                logger.warning("the server could not be asked to stop a statement", metadata: ["reason": "\(reason)"])
            }
        } catch {
            // The deadline closes the connection if the statement does not end by itself.
            logger.warning("the server could not be asked to stop a statement", metadata: ["reason": "\(error)"])
        }
    }

    /// A request to stop must not hit the next statement, so it is waited for.
    private func awaitCancelRequest() async {
        guard let request = activity?.cancelRequest, wire != nil else { return }
        do {
            let reactor = try Reactor.shared()
            let registration = reactor.register(request.isSent)
            let wakeup = await reactor.wait(
                registration, for: .read, until: activity?.deadline, isCancellable: false)
            reactor.unregister(registration, isOpen: true)
            if wakeup != .ready { abort() }
        } catch {
            abort()
        }
    }
}
