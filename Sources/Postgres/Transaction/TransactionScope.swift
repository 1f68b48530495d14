import Synchronization

/// The life of one transaction: open, then ended. It keeps the transaction's own turn, for calls from several tasks.
final class TransactionScope: Sendable {
    let turn = Turn()
    private let connection: ObjectIdentifier
    private let isEnded = Atomic(false)
    private let savepoints = Atomic(0)

    /// The transactions this task is inside of, on different connections.
    @TaskLocal static var enclosing: [TransactionScope] = []

    init(on connection: Connection) {
        self.connection = ObjectIdentifier(connection)
    }

    var isOpen: Bool { !isEnded.load(ordering: .acquiring) }

    /// Lets the calls under way finish and refuses later ones.
    nonisolated(nonsending) func end() async {
        await turn.takeRegardless()
        isEnded.store(true, ordering: .releasing)
        turn.release()
    }

    func nextSavepoint() -> String {
        "millrace_savepoint_\(savepoints.add(1, ordering: .relaxed).newValue)"
    }

    /// The open transaction of this task on a connection.
    static func current(on connection: Connection) -> TransactionScope? {
        enclosing.first { $0.connection == ObjectIdentifier(connection) && $0.isOpen }
    }
}
