import Dispatch
import Foundation

/// The threads that plugins compute on, apart from Swift's cooperative pool.
///
/// A plugin that computes for seconds without a suspension would otherwise hold a thread of the pool, which has one per
/// core, and with as many such plugins the worker could no longer send its heartbeat: it would be declared dead at work.
final class PluginThreads: TaskExecutor {
    private let state = Lock(State())
    private let pending = DispatchSemaphore(value: 0)

    private struct State {
        var jobs: [UnownedJob] = []
        var next = 0
        var isFinished = false

        mutating func take() -> UnownedJob? {
            guard next < jobs.count else { return nil }
            defer {
                next += 1
                if next == jobs.count {
                    jobs.removeAll(keepingCapacity: true)
                    next = 0
                }
            }
            return jobs[next]
        }
    }

    /// - Parameter count: how many threads; they live until ``finish()``.
    init(count: Int) {
        threadCount = count
        for number in 1...count {
            let thread = Thread { self.run() }
            thread.name = "millrace-plugin-\(number)"
            thread.stackSize = 4 << 20
            thread.start()
        }
    }

    private let threadCount: Int

    /// Queues a piece of a task. Called by the Swift runtime.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
        pending.signal()
    }

    /// Lets the threads end when all that is queued is done.
    func finish() {
        state.withLock { $0.isFinished = true }
        for _ in 0..<threadCount { pending.signal() }
    }

    private func run() {
        while true {
            pending.wait()
            let (job, isFinished) = state.withLock { ($0.take(), $0.isFinished) }
            if let job {
                job.runSynchronously(on: asUnownedTaskExecutor())
            } else if isFinished {
                return
            }
        }
    }
}
