import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Millrace

@Suite("The doorbell", .database)
struct DoorbellTests {
    @Test("rings wake idle workers beside the enqueuing, a thousand as one")
    func gathered() async throws {
        let database = try TestDatabase.current
        let doorbell = Doorbell(over: database.pool, logger: TestDatabase.logger)
        let ear = try await Ear(on: database)
        for _ in 0..<1000 { doorbell.ring() }
        let ringing = Task { await doorbell.run() }
        try await eventually("a ring is heard") { ear.heard > 0 }
        doorbell.ring()
        try await eventually("a later ring is heard, too") { ear.heard > 1 }
        #expect(ear.heard == 2, "the thousand came as one")
        ringing.cancel()
        await ringing.value
        await ear.close()
    }

    @Test("a ring is not lost when the program ends right after it")
    func last() async throws {
        let database = try TestDatabase.current
        let doorbell = Doorbell(over: database.pool, logger: TestDatabase.logger)
        let listener = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        let rings = try await listener.listen("millrace_ready")
        try await listener.beginWaiting(on: ["millrace_ready"])
        for _ in 0..<20 {
            let ringing = Task { await doorbell.run() }
            doorbell.ring()
            ringing.cancel()
            await ringing.value
        }
        // One that was asked for twice may have been sent once; without any the test would wait for ever.
        for try await _ in rings { break }
        await listener.close()
    }

    @Test("jobs take a ring along, and those that follow soon share one; jobs that are refused are an error")
    func alongWithJobs() async throws {
        let database = try TestDatabase.current
        func quiet() -> Doorbell { Doorbell(over: database.pool, logger: TestDatabase.logger) }
        let ear = try await Ear(on: database, serving: ["default"])
        let others = try await Ear(on: database, serving: ["other"])
        // Nobody runs these doorbells: what is heard came with the jobs.
        let first = try await quiet().enqueue(.bare(queue: "default"))
        try await eventually("a ring is heard") { ear.heard == 1 }
        let more = try await quiet().enqueue([.bare(queue: "default"), .bare(queue: "other")])
        try await eventually("another ring is heard") { ear.heard == 2 && others.heard == 1 }
        #expect(try await quiet().enqueue([]).isEmpty)
        var refused = JobRequest.bare()
        refused.maxAttempts = 0
        let error = await #expect(throws: PostgresError.self) { try await quiet().enqueue(refused) }
        #expect(error?.message == "job 1 has max_attempts 0")

        let doorbell = quiet()
        let ringing = Task { await doorbell.run() }
        let start = ContinuousClock.now
        let before = ear.heard
        var ids = [first] + more
        for _ in 0..<200 { ids.append(try await doorbell.enqueue(.bare())) }
        #expect(ids == ids.sorted())
        #expect(try await database.pool.query("SELECT FROM millrace.ready").count == 203)
        try await eventually("a ring is heard") { ear.heard > before }
        // One more for the refused job, which had not been heard yet perhaps.
        let most = Int(start.duration(to: .now) / .milliseconds(5)) + 3
        #expect(ear.heard - before <= most)
        ringing.cancel()
        await ringing.value
        await ear.close()
        await others.close()
    }

    @Test("a ring reaches workers of its queues and workers of all; one that names none reaches everybody")
    func queues() async throws {
        let database = try TestDatabase.current
        let long = String(repeating: "long", count: 20)
        let ears = [
            try await Ear(on: database), try await Ear(on: database, serving: ["one", "two"]),
            try await Ear(on: database, serving: ["two"]), try await Ear(on: database, serving: [long]),
        ]
        func hear(_ expected: [Int], after ring: Ring) async throws {
            try await database.pool.send(ring)
            try await eventually("\(ring) is heard: \(expected)") { ears.map(\.heard) == expected }
        }
        try await hear([1, 1, 0, 0], after: Ring(for: [.bare(queue: "one"), .bare(queue: "one")]))
        try await hear([2, 2, 1, 0], after: Ring(for: [.bare(queue: "two")]))
        try await hear([3, 2, 1, 0], after: Ring(for: [.bare(queue: "three"), .bare(queue: "four")]))
        try await hear([4, 3, 2, 1], after: Ring(for: [.bare(queue: "one"), .bare()]))
        try await hear([5, 4, 3, 2], after: Ring(for: [.bare(queue: long)]))
        try await hear([6, 5, 4, 3], after: Ring(for: (0..<17).map { .bare(queue: "\($0)") }))
        var both = Ring(for: [.bare(queue: "three")])
        both.formUnion(Ring(for: [.bare(queue: "two")]))
        try await hear([7, 6, 5, 3], after: both)
        both.formUnion(.everybody)
        #expect(both == .everybody)
        for ear in ears { await ear.close() }
    }

    @Test("nothing is sent where nobody waits, though somebody listens")
    func nobodyWaits() async throws {
        let database = try TestDatabase.current
        let ear = try await Ear(on: database, serving: ["one"])
        try await ear.endWaiting()
        try await database.pool.ringDoorbell()
        try await database.pool.send(Ring(for: [.bare(queue: "one")]))
        try await ear.beginWaiting()
        try await database.pool.send(Ring(for: [.bare(queue: "one")]))
        try await eventually("the last ring is heard") { ear.heard > 0 }
        #expect(ear.heard == 1)
        await ear.close()
    }

    @Test("a worker waits for rings while it has a free slot, and not while it has none")
    func busyWorker() async throws {
        let database = try TestDatabase.current
        let notes = Notes()
        let registry = try PluginRegistry.scripted { _ in
            try await eventually("it is told to go on") { !notes.all.isEmpty }
        }
        func waits() async throws -> Bool {
            try await database.pool.query(
                """
                SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
                WHERE locktype = 'advisory' AND datname = current_database()
                    AND classid::bigint = hashtext('millrace.ring')::bigint & 4294967295
                """
            ).count == 2
        }
        try await database.withWorker(
            registry, options: WorkerOptions(name: "test", slots: 1, pollInterval: .milliseconds(50))
        ) {
            try await eventually("it waits") { try await waits() }
            let job = try await database.pool.enqueue(try Scripted.request())
            try await eventually("it does not wait any more") { try await !waits() }
            notes.add("go on")
            #expect(try await database.end(of: job).state == .succeeded)
            try await eventually("it waits again") { try await waits() }
        }
    }

    @Test(
        "rings are wished for while there is room, and not while every claim is filled, nor while there are thousands")
    func wish() {
        let wish = RingWish()
        let start = ContinuousClock.now
        func note(_ claimed: Int, hasRoom: Bool, at milliseconds: Int) -> Bool {
            wish.note(claimed: claimed, hasRoom: hasRoom, now: start + .milliseconds(milliseconds))
        }
        #expect(wish.isWished)
        #expect(!note(0, hasRoom: true, at: 0))
        #expect(!note(4, hasRoom: false, at: 900))
        #expect(wish.isWished, "it had room a moment ago")
        #expect(!note(4, hasRoom: false, at: 1100))
        #expect(!wish.isWished)
        #expect(!note(3, hasRoom: true, at: 1200))
        #expect(wish.isWished)

        #expect(note(5000, hasRoom: true, at: 1300))
        #expect(!wish.isWished)
        #expect(!note(0, hasRoom: true, at: 1301), "it looks again already")
        wish.look()
        #expect(note(0, hasRoom: true, at: 2200), "there were thousands in the second before")
        wish.look()
        #expect(!note(0, hasRoom: true, at: 4400))
        #expect(wish.isWished)
    }

    @Test("who found something at a ring looks at once at the next; others in their turn, and once for many rings")
    func turns() {
        let turn = RingTurn()
        turn.note(peers: 1000)
        #expect(turn.hear() == .zero)
        #expect(turn.hear() == nil, "a turn is waited for already")
        turn.take()
        turn.note(found: 0)
        let pauses = (0..<100).compactMap { _ in
            defer { turn.take() }
            return turn.hear()
        }
        #expect(pauses.count == 100 && Set(pauses).count > 50)
        #expect(pauses.allSatisfy { $0 >= .zero && $0 <= .seconds(1) })
        turn.note(found: 3)
        #expect(turn.hear() == .zero)
        turn.take()
        turn.note(found: 0)
        // A poll that finds something says nothing of rings.
        turn.note(found: 5)
        turn.note(peers: 2)
        let few = (0..<100).compactMap { _ in
            defer { turn.take() }
            return turn.hear()
        }
        #expect(few.allSatisfy { $0 <= .milliseconds(4) } && few.contains { $0 > .zero })
        turn.note(peers: 0)
        #expect(turn.hear() == .zero, "who is alone need not wait")
    }
}

/// Counts the rings that a worker would hear.
private final class Ear: Sendable {
    private let listener: Connection
    private let channels: [String]
    private let count = Atomic(0)
    private let listening = Mutex<[Task<Void, any Error>]>([])

    init(on database: TestDatabase, serving queues: [String]? = nil) async throws {
        listener = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        channels = Ring.channels(heardBy: queues)
        for channel in channels {
            let rings = try await listener.listen(channel)
            listening.withLock { tasks in
                tasks.append(Task { for try await _ in rings { self.count.add(1, ordering: .relaxed) } })
            }
        }
        try await beginWaiting()
    }

    func beginWaiting() async throws { try await listener.beginWaiting(on: channels) }

    func endWaiting() async throws { try await listener.endWaiting(on: channels) }

    var heard: Int { count.load(ordering: .relaxed) }

    func close() async {
        listening.withLock { $0.forEach { $0.cancel() } }
        await listener.close()
    }
}
