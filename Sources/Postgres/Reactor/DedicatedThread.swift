import Foundation

/// Threads of their own for calls that block: they never take a thread of Swift's cooperative pool.
enum DedicatedThread {
    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread { body() }
        thread.name = name
        thread.start()
    }
}
