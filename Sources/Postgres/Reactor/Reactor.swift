import CLibPQ
import Glibc
import Synchronization

/// The one thread of the process that waits for sockets; tasks sleep until it wakes them, or run on it.
///
/// An epoll loop with one-shot interest: a wait arms its descriptor, an event disarms it. Each descriptor has one
/// waiter at most, since a connection runs one operation at a time. Between events it runs what tasks that prefer it have
/// queued; see ``ConnectionThread``.
final class Reactor: TaskExecutor {
    /// What a task waits for.
    struct Interest: OptionSet {
        let rawValue: UInt32
        static let read = Interest(rawValue: 0x001)
        static let write = Interest(rawValue: 0x004)
    }

    /// Why a wait ended.
    enum Wakeup {
        case ready
        case timedOut
        case interrupted
    }

    /// A descriptor the reactor knows; its number alone would not do, since the kernel gives numbers out again.
    struct Registration: Sendable, Hashable {
        let identifier: UInt64
        let descriptor: Int32
    }

    private struct Waiter {
        let token: UInt64
        let continuation: CheckedContinuation<Wakeup, Never>
        let deadline: ContinuousClock.Instant?
    }

    private struct Entry {
        var isKnownToKernel = false
        var waiter: Waiter?
        /// Called once when something happens while nobody waits.
        var alarm: (@Sendable () -> Void)?
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var lastIdentifier: UInt64 = 0
        var lastToken: UInt64 = 0
        var waitersWithDeadline = 0
    }

    static let started = Result { () throws(SystemError) in try Reactor() }

    /// The reactor; the first call starts its thread.
    static func shared() throws(SystemError) -> Reactor {
        try started.get()
    }

    private let state = Mutex(State())
    private let jobs = Mutex<[UnownedJob]>([])
    /// Whether the loop is about to wait, or waits, and so has to be woken.
    private let isAsleep = Atomic(false)
    private let epoll: Int32
    private let doorbell: Int32

    /// Pieces of tasks that are run in a row before sockets are looked at again.
    private static let roundsInARow = 16

    private init() throws(SystemError) {
        epoll = try SystemError.check("epoll_create1", epoll_create1(Int32(EPOLL_CLOEXEC)))
        doorbell = try SystemError.check("eventfd", eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)))
        // Each ring is an edge, so nobody has to empty it.
        var event = epoll_event(
            events: Interest.read.rawValue | EPOLLET.rawValue, data: epoll_data_t(u64: 0))
        try SystemError.check("epoll_ctl", epoll_ctl(epoll, EPOLL_CTL_ADD, doorbell, &event))
        DedicatedThread.start("postgres-reactor") { self.run() }
    }

    /// Makes a descriptor known.
    func register(_ descriptor: Int32) -> Registration {
        state.withLock { state in
            state.lastIdentifier += 1
            state.entries[state.lastIdentifier] = Entry()
            return Registration(identifier: state.lastIdentifier, descriptor: descriptor)
        }
    }

    /// Forgets a descriptor; must come before it is closed.
    ///
    /// - Parameter isOpen: whether the descriptor still is this registration's. libpq may have closed it by itself,
    ///   and then its number may already belong to another connection.
    func unregister(_ registration: Registration, isOpen: Bool) {
        let waiter = state.withLock { state -> Waiter? in
            guard let entry = state.entries.removeValue(forKey: registration.identifier) else { return nil }
            if entry.isKnownToKernel, isOpen {
                var event = epoll_event()
                epoll_ctl(epoll, EPOLL_CTL_DEL, registration.descriptor, &event)
            }
            if entry.waiter?.deadline != nil { state.waitersWithDeadline -= 1 }
            return entry.waiter
        }
        waiter?.continuation.resume(returning: .interrupted)
    }

    /// Suspends the task until the descriptor is ready, the deadline has passed, or someone interrupts.
    ///
    /// - Parameter isCancellable: whether cancellation of the task interrupts the wait.
    nonisolated(nonsending) func wait(
        _ registration: Registration, for interest: Interest, until deadline: ContinuousClock.Instant? = nil,
        isCancellable: Bool
    ) async -> Wakeup {
        let token = state.withLock { state in
            state.lastToken += 1
            return state.lastToken
        }
        guard isCancellable else {
            return await withCheckedContinuation { continuation in
                enlist(
                    registration, interest, Waiter(token: token, continuation: continuation, deadline: deadline))
            }
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                enlist(
                    registration, interest, Waiter(token: token, continuation: continuation, deadline: deadline))
                // The handler may have run before the waiter was there to be found.
                if Task.isCancelled { interrupt(registration, token: token) }
            }
        } onCancel: {
            interrupt(registration, token: token)
        }
    }

    /// Calls `alarm` once when the descriptor becomes readable while no task waits for it.
    func watch(_ registration: Registration, alarm: @escaping @Sendable () -> Void) {
        let isArmed = state.withLock { state -> Bool in
            guard let entry = state.entries[registration.identifier] else { return true }
            state.entries[registration.identifier]?.alarm = alarm
            return entry.waiter != nil || arm(registration, .read, &state)
        }
        if !isArmed { alarm() }
    }

    /// Wakes whoever waits for the descriptor.
    func interrupt(_ registration: Registration) {
        interrupt(registration, token: nil)
    }

    private func interrupt(_ registration: Registration, token: UInt64?) {
        let waiter = state.withLock { state -> Waiter? in
            guard let waiter = state.entries[registration.identifier]?.waiter,
                token == nil || waiter.token == token
            else { return nil }
            return Reactor.take(registration.identifier, &state)
        }
        waiter?.continuation.resume(returning: .interrupted)
    }

    private func enlist(_ registration: Registration, _ interest: Interest, _ waiter: Waiter) {
        let isEnlisted = state.withLock { state -> Bool in
            guard state.entries[registration.identifier] != nil else { return false }
            precondition(state.entries[registration.identifier]?.waiter == nil, "two operations on one connection")
            state.entries[registration.identifier]?.waiter = waiter
            if waiter.deadline != nil { state.waitersWithDeadline += 1 }
            if !arm(registration, interest, &state) {
                // The descriptor is gone. The next libpq call says so in its own words.
                Reactor.take(registration.identifier, &state)?.continuation.resume(returning: .ready)
            }
            return true
        }
        guard isEnlisted else {
            waiter.continuation.resume(returning: .interrupted)
            return
        }
        // The loop may sleep past the new deadline: let it look again.
        if waiter.deadline != nil { wake() }
    }

    /// Queues a piece of a task. Called by the Swift runtime.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        wake()
    }

    /// Tells the kernel what to look for; false when the descriptor is closed.
    private func arm(_ registration: Registration, _ interest: Interest, _ state: inout State) -> Bool {
        var event = epoll_event(
            events: interest.rawValue | UInt32(EPOLLONESHOT.rawValue),
            data: epoll_data_t(u64: registration.identifier))
        let isKnown = state.entries[registration.identifier]?.isKnownToKernel == true
        let operation = isKnown ? EPOLL_CTL_MOD : EPOLL_CTL_ADD
        guard epoll_ctl(epoll, operation, registration.descriptor, &event) == 0 else { return false }
        state.entries[registration.identifier]?.isKnownToKernel = true
        return true
    }

    private static func take(_ identifier: UInt64, _ state: inout State) -> Waiter? {
        guard let waiter = state.entries[identifier]?.waiter else { return nil }
        state.entries[identifier]?.waiter = nil
        if waiter.deadline != nil { state.waitersWithDeadline -= 1 }
        return waiter
    }

    /// Makes the loop look again before it waits. Costs nothing from its own thread.
    private func wake() {
        guard isAsleep.exchange(false, ordering: .sequentiallyConsistent) else { return }
        var one: UInt64 = 1
        // A full counter means that a ring is pending already.
        _ = Glibc.write(doorbell, &one, 8)
    }

    private func run() {
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            isAsleep.store(true, ordering: .sequentiallyConsistent)
            let wait = jobs.withLock(\.isEmpty) ? millisecondsToNextDeadline() : 0
            let count = epoll_wait(epoll, &events, Int32(events.count), wait)
            isAsleep.store(false, ordering: .sequentiallyConsistent)
            for event in events.prefix(Int(max(count, 0))) { dispatch(event) }
            expireDeadlines()
            runJobs()
        }
    }

    private func runJobs() {
        for _ in 0..<Self.roundsInARow {
            let queued = jobs.withLock { jobs in
                defer { jobs = [] }
                return jobs
            }
            if queued.isEmpty { return }
            for job in queued { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }

    private func dispatch(_ event: epoll_event) {
        let identifier = event.data.u64
        if identifier == 0 { return }
        let (waiter, alarm) = state.withLock { state -> (Waiter?, (@Sendable () -> Void)?) in
            if let waiter = Reactor.take(identifier, &state) { return (waiter, nil) }
            let alarm = state.entries[identifier]?.alarm
            state.entries[identifier]?.alarm = nil
            return (nil, alarm)
        }
        waiter?.continuation.resume(returning: .ready)
        alarm?()
    }

    private func millisecondsToNextDeadline() -> Int32 {
        state.withLock { state in
            guard state.waitersWithDeadline > 0,
                let next = state.entries.values.compactMap({ $0.waiter?.deadline }).min()
            else { return -1 }
            let milliseconds = (next - ContinuousClock.now) / .milliseconds(1)
            return Int32(max(0, min(milliseconds.rounded(.up), 60_000)))
        }
    }

    private func expireDeadlines() {
        let expired = state.withLock { state -> [Waiter] in
            guard state.waitersWithDeadline > 0 else { return [] }
            let now = ContinuousClock.now
            let identifiers = state.entries.compactMap { identifier, entry in
                entry.waiter?.deadline.map { $0 <= now } == true ? identifier : nil
            }
            return identifiers.compactMap { Reactor.take($0, &state) }
        }
        for waiter in expired { waiter.continuation.resume(returning: .timedOut) }
    }
}
