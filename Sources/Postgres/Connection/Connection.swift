import CLibPQ
public import Logging
import Synchronization

/// One connection to the server.
///
/// It runs one operation at a time; concurrent calls wait for their turn in the order of arrival. No call blocks a
/// thread of Swift's cooperative pool. When the calling task is cancelled, the server is asked to stop the statement,
/// and the call throws `CancellationError` once the server has answered, or after 5 s of silence, and then the
/// connection is closed; a statement that was done before the request reached it returns its result as usual.
public actor Connection: Session {
    /// Process number of the server's side, as in `pg_stat_activity.pid`.
    public nonisolated let backendPID: Int32
    /// The server's version as a number: 150018 is 15.18.
    public nonisolated let serverVersion: Int

    nonisolated let configuration: Configuration
    nonisolated let endpoint: String
    nonisolated let logger: Logger
    nonisolated let openedAt = ContinuousClock.now
    nonisolated let turn = Turn()

    /// What the pool must know without waiting for the actor.
    enum Condition: Int, AtomicRepresentable {
        case clean
        /// In a transaction, or listening: not to be handed to somebody else as it is.
        case used
        case broken
    }
    nonisolated let condition = Atomic(Condition.clean)

    /// `nil` once the connection is closed or lost.
    private(set) var wire: Wire?
    /// The operation under way.
    var activity: Activity?
    var prepared: PreparedStatements
    var subscriptions = Subscriptions()

    /// Connects.
    ///
    /// - Throws: ``ConnectionError/cannotConnect(endpoint:reason:)``, or `CancellationError`.
    public static func connect(
        _ configuration: Configuration, logger: Logger = Logger(label: "millrace.postgres")
    ) async throws -> Connection {
        do {
            return try await open(configuration, logger: logger)
        } catch let failure as ConnectFailure {
            throw failure.error
        }
    }

    /// Connects, and says of a failure whether another attempt may help (``ConnectFailure``).
    static func open(_ configuration: Configuration, logger: Logger) async throws -> Connection {
        do {
            let reactor = try Reactor.shared()
            let opened = try await OpenAttempt.open(configuration)
            return Connection(opened, reactor: reactor, configuration: configuration, logger: logger)
        } catch let error as SystemError {
            throw ConnectFailure(
                endpoint: configuration.endpointDescription, reason: error.description, isTransient: true)
        }
    }

    private init(_ opened: OpenedConnection, reactor: Reactor, configuration: Configuration, logger: Logger) {
        var logger = logger
        logger[metadataKey: "backendPID"] = "\(PQbackendPID(opened.pointer))"
        self.configuration = configuration
        self.logger = logger
        endpoint = configuration.endpointDescription
        backendPID = PQbackendPID(opened.pointer)
        serverVersion = Int(PQserverVersion(opened.pointer))
        prepared = PreparedStatements(limit: configuration.preparedStatementLimit)
        wire = Wire(adopting: opened, reactor: reactor, logger: logger)
    }

    /// Whether the connection still stands, as far as this side knows.
    public var isUsable: Bool {
        wire.map { !$0.isBroken } ?? false
    }

    /// Waits for the operation under way and closes the connection. Closing twice does nothing.
    public func close() async {
        if TransactionScope.current(on: self) != nil {
            abort()
            return
        }
        await turn.takeRegardless()
        abort()
        turn.release()
    }

    /// Closes at once; the operation under way fails with ``ConnectionError/closed(endpoint:)``.
    func abort() {
        dropWire(subscribersSee: nil)
    }

    /// Notes that the connection broke.
    func lose(during statement: String) -> ConnectionError {
        let error = ConnectionError.lost(endpoint: endpoint, during: Statement.excerpt(statement))
        dropWire(subscribersSee: error)
        return error
    }

    private func dropWire(subscribersSee error: ConnectionError?) {
        condition.store(.broken, ordering: .releasing)
        // An operation that waits keeps the wire alive until it has noticed; its wait ends now.
        wire?.leaveReactor()
        wire = nil
        subscriptions.finish(throwing: error)
    }
}
