public import Postgres
import Synchronization

/// Takes files of events, items and customers into the shop's tables, at the speed of COPY.
public struct ShopImport: Sendable {
    let pool: Pool

    /// - Parameter pool: at least two connections; one copies while another hands out ids.
    public init(_ pool: Pool) {
        self.pool = pool
    }
}

/// A value that a `@Sendable` closure hands back to the caller that waits for it.
final class Box<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    init(_ value: Value) {
        mutex = Mutex(value)
    }

    var value: Value {
        get { mutex.withLock { $0 } }
        set { mutex.withLock { $0 = newValue } }
    }
}
