import Synchronization

/// A large value that goes from one task or thread to another and is changed in place, where a copy would double it.
final class Exclusive<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: consuming Value) {
        self.value = Mutex(value)
    }

    /// Gives the value to one at a time.
    func withValue<Result: Sendable>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        try value.withLock { try body(&$0) }
    }
}
