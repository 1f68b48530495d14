import Postgres
import Synchronization
import TestSupport

@testable import Millrace

/// The figures of a key hold for claims that begin later; claims share this lock and such a change has it alone, so that it is
/// known of each claim which figures it saw. A limit itself keeps claims off while it is set.
private let shareLimits: Statement = "SELECT pg_advisory_xact_lock_shared(7007)"
private let ownLimits: Statement = "SELECT pg_advisory_xact_lock(7007)"
private let noteLimits: Statement = """
    UPDATE public.witness_limits SET epoch = (SELECT last_value FROM millrace.epoch_seq)
    """

/// Does the operations of one actor of a program, one after another, on a connection of its own.
struct ProgramActor: Sendable {
    let connection: Connection
    let state: ProgramState
    /// What this actor knows of the lanes, as a worker would.
    private let book: LockedBook

    init(connection: Connection, state: ProgramState) {
        self.connection = connection
        self.state = state
        book = LockedBook()
    }

    private final class LockedBook: Sendable {
        private let book = Mutex(LaneBook())

        func withLock<R: Sendable>(_ body: (inout LaneBook) -> sending R) -> R { book.withLock(body) }
    }

    private static let offer = Offer(queues: nil, plugins: ["scripted", "rated"], versions: [1, 1])

    /// What an operation may be told: that the job or queue is not where this could be done.
    private static let refusals: Set<SQLState> = [
        SQLState("55000"), SQLState("P0002"), SQLState("22023"), .uniqueViolation, .lockNotAvailable,
    ]

    func run(_ operations: [Operation]) async throws {
        for operation in operations {
            for round in 0... {
                do {
                    try await perform(operation)
                    state.change { $0.operations += 1 }
                    break
                } catch let error as PostgresError where error.isWorthRetrying && round < 20 {
                    state.change { $0.deadlocks += 1 }
                } catch let error as PostgresError where Self.refusals.contains(error.sqlState) {
                    state.change { $0.refusals["\(error.sqlState)", default: 0] += 1 }
                    break
                } catch {
                    state.fault("\(operation): \(error)")
                    break
                }
            }
        }
    }

    private func perform(_ operation: Operation) async throws {
        switch operation {
        case .enqueue(let sketches): try await enqueue(sketches)
        case .claim(let worker, let count): try await claim(state.now.workers[worker], count)
        case .end(let pick, let ending):
            guard let held = state.takeHeld(pick) else { return }
            do {
                _ = try await end(held, ending)
                state.change { $0.spent.append(held) }
            } catch {
                state.change { $0.held.append(held) }
                throw error
            }
        case .stale(let pick, let ending):
            let spent = state.now.spent
            guard !spent.isEmpty else { return }
            let held = spent[pick % spent.count]
            if try await end(held, ending) {
                state.fault("\(operation): epoch \(held.epoch) of \(held.job) held still")
            }
        case .cancel(let pick): try await withJob(pick) { _ = try await connection.cancel($0, by: "program") }
        case .discard(let pick): try await withJob(pick) { _ = try await connection.discard($0, by: "program") }
        case .retry(let pick): try await withJob(pick) { try await connection.retry($0) }
        case .reschedule(let pick, let milliseconds):
            try await withJob(pick) { try await connection.reschedule($0, in: .milliseconds(milliseconds)) }
        case .priority(let pick, let priority):
            try await withJob(pick) { try await connection.setPriority(priority, of: $0) }
        case .kill(let worker): try await kill(worker)
        case .rescue: _ = try await connection.rescueJobs()
        case .pause(let queue): try await connection.pause(queue: queue)
        case .drain(let queue): try await connection.drain(queue: queue)
        case .resume(let queue): try await connection.resume(queue: queue)
        case .limit(let sketch): try await changeLimits { _ = try await $0.setLimit(sketch.limit) }
        case .limitKey(let key, let maximum):
            try await changeLimits(alone: true) { try await $0.setLimit("tenant", key: key, maximum: maximum) }
        case .removeLimit(let name): try await changeLimits { _ = try await $0.removeLimit(name) }
        case .promote: _ = try await connection.promoteDue()
        case .expire: _ = try await connection.expireOverdue()
        case .gather: _ = try await connection.releaseGathered()
        case .age: _ = try await connection.ageWaiting()
        }
    }

    private func withJob(_ pick: Int, _ body: (JobID) async throws -> Void) async throws {
        guard let job = state.knownJob(pick) else { return }
        try await body(job)
    }

    private func enqueue(_ sketches: [JobSketch]) async throws {
        let known = state.now.known
        var requests: [JobRequest] = []
        for sketch in sketches {
            requests.append(sketch.request(known: known, previousKey: requests.last?.key))
        }
        let ids = try await connection.enqueue(requests).map(\.rawValue)
        state.change { contents in
            let seen = Set(contents.known)
            contents.known += Set(ids).subtracting(seen).sorted()
        }
    }

    func claim(_ worker: Int64, _ count: Int) async throws {
        let (claimed, known) = try await connection.transaction { [book] transaction in
            try await transaction.execute(shareLimits)
            var known = book.withLock { $0 }
            let claimed = try await transaction.claim(for: worker, upTo: count, offer: Self.offer, book: &known)
            return (claimed, known)
        }
        book.withLock { $0 = known }
        state.change { $0.held += claimed.map { ProgramState.Held(job: $0.id, epoch: $0.epoch) } }
    }

    /// - Returns: whether the epoch held.
    private func end(_ held: ProgramState.Held, _ ending: Operation.Ending) async throws -> Bool {
        switch ending {
        case .complete:
            return try await !connection.complete([Completion(job: held.job, epoch: held.epoch, result: nil)]).isEmpty
        case .fail, .failForGood:
            let failure = AttemptFailure(kind: .error, message: "random", isRetryable: ending == .fail)
            return try await connection.fail(held.job, epoch: held.epoch, failure) != nil
        case .snooze: return try await connection.snooze(held.job, epoch: held.epoch, for: .milliseconds(10))
        case .release: return try await connection.release(held.job, epoch: held.epoch)
        case .handOver:
            let ids: [Int64]? = try await connection.query(
                "SELECT millrace.hand_over($1, $2, NULL, $3)", held.job.rawValue, held.epoch,
                JSONText(
                    #"[{"plugin": "scripted", "queue": "a"}, {"plugin": "scripted", "queue": "b", "delay_ms": 5}]"#)
            )[0][0]
            guard let ids else { return false }
            state.change { $0.known += ids }
            return true
        }
    }

    private func kill(_ place: Int) async throws {
        let fresh = try await Self.registerWorker(on: connection)
        let dead = state.change { contents in
            defer { contents.workers[place] = fresh }
            return contents.workers[place]
        }
        try await connection.execute(
            "UPDATE millrace.worker SET heartbeat_at = heartbeat_at - interval '1 hour' WHERE id = $1", dead)
    }

    static func registerWorker(on session: some Session) async throws -> Int64 {
        try await session.register(WorkerOptions(name: "program", lease: .seconds(600)), offering: [])
    }

    private func changeLimits(alone: Bool = false, _ body: @Sendable (Transaction) async throws -> Void) async throws {
        try await connection.transaction { transaction in
            if alone { try await transaction.execute(ownLimits) }
            try await body(transaction)
            try await transaction.execute(noteLimits)
        }
    }
}
