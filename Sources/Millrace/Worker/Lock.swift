import Foundation

/// State behind a lock whose waiters sleep at once.
///
/// `Mutex` spins for a while first. That is right where every thread has a core of its own. The threads that run plugins are more
/// than the cores, and whoever holds the lock may be waiting for one: then spinning takes it away. A drain of jobs that do
/// nothing spent a fifth of the worker's time on that.
///
/// It is `Sendable` without the compiler's check because the state is reached under the lock only.
final class Lock<State>: @unchecked Sendable {
    private let handle: UnsafeMutablePointer<pthread_mutex_t>
    private var state: State

    init(_ state: State) {
        handle = .allocate(capacity: 1)
        pthread_mutex_init(handle, nil)
        self.state = state
    }

    deinit {
        pthread_mutex_destroy(handle)
        handle.deallocate()
    }

    /// Runs the body alone. It must not come back to the same lock.
    func withLock<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(handle)
        defer { pthread_mutex_unlock(handle) }
        return try body(&state)
    }
}
