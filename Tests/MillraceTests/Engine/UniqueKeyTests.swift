import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Unique keys", .database)
struct UniqueKeyTests {
    private let reject = Unique()
    private let replace = Unique(onConflict: .replace)

    @Test("a newcomer is rejected while the key is held, and gets the id of the holder")
    func rejected() async throws {
        let pool = try TestDatabase.current.pool
        let first = try await pool.enqueue(reporting: [.bare(#"{"word": "a"}"#, unique: reject)])[0]
        let again = try await pool.enqueue(reporting: [.bare(#"{"word": "a"}"#, unique: reject)])[0]
        let other = try await pool.enqueue(reporting: [.bare(#"{"word": "b"}"#, unique: reject)])[0]
        #expect(first.isNew)
        #expect(again == Enqueued(id: first.id, isNew: false))
        #expect(other.isNew)
    }

    @Test("the key is made of the chosen arguments, the queue and the caller's text")
    func scopes() async throws {
        let pool = try TestDatabase.current.pool
        func enqueue(_ arguments: String, _ unique: Unique, queue: String = "q") async throws -> Bool {
            try await pool.enqueue(reporting: [.bare(arguments, queue: queue, unique: unique)])[0].isNew
        }
        let byWord = Unique(by: .arguments(["inner.word"]))
        #expect(try await enqueue(#"{"inner": {"word": 1}, "n": 1}"#, byWord))
        #expect(try await !enqueue(#"{"inner": {"word": 1}, "n": 2}"#, byWord))
        #expect(try await enqueue(#"{"inner": {"word": 1}, "n": 2}"#, byWord, queue: "other"))
        let everywhere = Unique(by: .key("mine"), byQueue: false)
        #expect(try await enqueue("{}", everywhere))
        #expect(try await !enqueue(#"{"n": 1}"#, everywhere, queue: "other"))
    }

    @Test("a rejected newcomer adds no waiting to the job that is there")
    func rejectedWithParents() async throws {
        let database = try TestDatabase.current
        let holder = try await database.pool.enqueue(.bare(unique: reject))
        let parent = try await database.pool.enqueue(.bare(#"{"word": "parent"}"#, delay: .seconds(3600)))
        let outcome = try await database.pool.enqueue(reporting: [.bare(unique: reject, parents: [parent, holder])])[0]
        #expect(outcome == Enqueued(id: holder, isNew: false))
        let edges: Int = try await database.pool.query("SELECT count(*) FROM millrace.dependency")[0][0]
        #expect(edges == 0)
        #expect(try await ManualWorker("w", on: database).claim().map(\.id) == [holder])
    }

    @Test("a newcomer takes the place of the one that waits, with all that waits for it")
    func replaced() async throws {
        let database = try TestDatabase.current
        let old = try await database.pool.enqueue(.bare(unique: replace))
        let waiter = try await database.pool.enqueue(.bare(#"{"word": "waiter"}"#, parents: [old]))
        let new = try await database.pool.enqueue(.bare(unique: replace))
        #expect(new != old)
        let ended = try #require(try await database.pool.standing(of: old))
        #expect(ended.state == .cancelled)
        #expect(ended.successor == new)
        let worker = try await ManualWorker("w", on: database)
        #expect(try await worker.workOff().map(\.id) == [new, waiter])
    }

    @Test("a newcomer that was to wait for the job it replaces does not wait for itself")
    func replacesItsParent() async throws {
        let database = try TestDatabase.current
        let old = try await database.pool.enqueue(.bare(unique: replace))
        let new = try await database.pool.enqueue(.bare(unique: replace, parents: [old]))
        #expect(try await ManualWorker("w", on: database).workOff().map(\.id) == [new])
    }

    @Test("a newcomer that would wait for a job which waits for the one it replaces is refused")
    func replacesWhatItsParentWaitsFor() async throws {
        let database = try TestDatabase.current
        let old = try await database.pool.enqueue(.bare(unique: replace))
        let waiter = try await database.pool.enqueue(.bare(#"{"word": "waiter"}"#, parents: [old]))
        let error = await #expect(throws: PostgresError.self) {
            try await database.pool.enqueue(.bare(unique: replace, parents: [waiter]))
        }
        #expect(error?.message.contains("job 1 would wait for itself") == true)
        #expect(try await ManualWorker("w", on: database).workOff().map(\.id) == [old, waiter])
    }

    @Test("a newcomer waits for the end of the one that runs, whatever else was replaced before it")
    func waitsForRunning() async throws {
        let database = try TestDatabase.current
        let worker = try await ManualWorker("w", on: database)
        _ = try await database.pool.enqueue(.bare(unique: replace))
        let running = try #require(try await worker.claim().first)
        let second = try await database.pool.enqueue(.bare(unique: replace))
        let third = try await database.pool.enqueue(.bare(unique: replace))
        #expect(try await worker.claim().isEmpty)
        #expect(try await database.pool.state(of: second) == .cancelled)
        // The one that runs goes back to wait for its next attempt: the newcomer still lets it end first.
        #expect(try await worker.fail(running, isRetryable: true) == .scheduled)
        let fourth = try await database.pool.enqueue(.bare(unique: replace))
        #expect(try await database.pool.state(of: third) == .cancelled)
        #expect(try await database.pool.state(of: fourth) == .blocked)
        #expect(try await database.withClock(movedBy: "1m") { try await $0.promoteDue() } == 1)
        let again = try #require(try await worker.claim().first)
        #expect(again.id == running.id)
        #expect(try await worker.claim().isEmpty)
        try await worker.fail(again)
        #expect(try await worker.claim().map(\.id) == [fourth])
    }

    @Test("when the newcomer is cancelled the one that runs has its key back")
    func keyGoesBack() async throws {
        let database = try TestDatabase.current
        let worker = try await ManualWorker("w", on: database)
        _ = try await database.pool.enqueue(.bare(unique: replace))
        let running = try #require(try await worker.claim().first)
        let second = try await database.pool.enqueue(.bare(unique: replace))
        #expect(try await database.pool.cancel(second) == .cancelled)
        let third = try await database.pool.enqueue(.bare(unique: replace))
        #expect(try await database.pool.state(of: third) == .blocked)
        try await worker.complete(running)
        #expect(try await worker.workOff().map(\.id) == [third])
        #expect(try await database.pool.query("SELECT FROM millrace.unique_key").isEmpty)
    }

    @Test("duplicates inside one call become one job, which all of them name")
    func duplicatesInOneCall() async throws {
        let database = try TestDatabase.current
        let rejected = try await database.pool.enqueue(
            reporting: Array(repeating: .bare(#"{"word": "r"}"#, unique: reject), count: 3))
        #expect(rejected.map(\.isNew) == [true, false, false])
        #expect(Set(rejected.map(\.id)).count == 1)

        let worker = try await ManualWorker("w", on: database)
        let old = try await database.pool.enqueue(.bare(unique: replace))
        let waiter = try await database.pool.enqueue(.bare(#"{"word": "waiter"}"#, parents: [old]))
        let replaced = try await database.pool.enqueue(
            reporting: (1...3).map { .bare(priority: $0, unique: replace) })
        #expect(replaced.map(\.isNew) == [false, false, true])
        #expect(Set(replaced.map(\.id)).count == 1)
        #expect(try await database.pool.standing(of: old)?.successor == replaced[0].id)
        let priority: Int16 = try await database.pool.query(
            "SELECT priority FROM millrace.job WHERE id = $1", replaced[0].id.rawValue)[0][0]
        #expect(priority == 3)
        #expect(try await worker.workOff().map(\.id) == [rejected[0].id, replaced[0].id, waiter])
    }

    @Test("duplicates inside one call wait for the one that runs")
    func duplicatesBehindRunning() async throws {
        let database = try TestDatabase.current
        let worker = try await ManualWorker("w", on: database)
        _ = try await database.pool.enqueue(.bare(unique: replace))
        let running = try #require(try await worker.claim().first)
        let ids = try await database.pool.enqueue([.bare(unique: replace), .bare(unique: replace)])
        #expect(try await worker.claim().isEmpty)
        try await worker.complete(running)
        #expect(try await worker.claim().map(\.id) == [ids[1]])
    }

    @Test("a burst becomes one job that starts its delay after the newest, and not later than the longest wait")
    func debounced() async throws {
        let database = try TestDatabase.current
        let burst = Unique(onConflict: .debounce, maximumWait: .seconds(100))
        func enqueue(at offset: String) async throws -> (id: JobID, due: Double) {
            try await database.withClock(movedBy: offset) { pool in
                let id = try await pool.enqueue(.bare(unique: burst, delay: .seconds(60)))
                let due: Double = try await pool.query(
                    """
                    SELECT extract(epoch FROM due_at - clock_timestamp())::float8 FROM millrace.deferred
                    WHERE job_id = $1
                    """, id.rawValue)[0][0]
                return (id, due)
            }
        }
        let first = try await enqueue(at: "0s")
        let second = try await enqueue(at: "30s")
        let third = try await enqueue(at: "80s")
        #expect(abs(first.due - 60) < 15)
        #expect(abs(second.due - 90) < 15)
        #expect(abs(third.due - 100) < 15, "not 140: the first of the burst has waited long enough by then")
        #expect(try await database.pool.state(of: first.id) == .cancelled)
        #expect(try await database.pool.state(of: second.id) == .cancelled)
        // Once one has started, a burst begins anew.
        let worker = try await ManualWorker("w", on: database)
        #expect(try await database.withClock(movedBy: "2m") { try await $0.promoteDue() } == 1)
        #expect(try await worker.workOff().map(\.id) == [third.id])
        let fourth = try await enqueue(at: "200s")
        #expect(abs(fourth.due - 260) < 15)
    }

    @Test("a key held for a period stays held after the job, until the period is over")
    func period() async throws {
        let database = try TestDatabase.current
        let hourly = Unique(for: .seconds(3600))
        let first = try await database.pool.enqueue(.bare(unique: hourly))
        try await ManualWorker("w", on: database).workOff()
        #expect(try await database.pool.enqueue(.bare(unique: hourly)) == first)
        try await database.withClock(movedBy: "61m") { later in
            let next = try await later.enqueue(reporting: [.bare(unique: hourly)])[0]
            #expect(next.isNew)
            #expect(next.id != first)
        }
    }

    @Test("a second caller waits for the first one's transaction, and gets the key when that rolls back")
    func rolledBack() async throws {
        let database = try TestDatabase.current
        let first = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        try await first.execute("BEGIN")
        try await first.enqueue(.bare(unique: reject))
        async let waiting = database.pool.enqueue(reporting: [.bare(unique: reject)])
        try await database.someoneWaitsForALock()
        try await first.execute("ROLLBACK")
        let second = try await waiting[0]
        await first.close()
        #expect(second.isNew)
        #expect(try await ManualWorker("w", on: database).claim().map(\.id) == [second.id])
    }

    @Test("a job that ended badly is tried again only when its key is free")
    func retried() async throws {
        let database = try TestDatabase.current
        let first = try await database.pool.enqueue(.bare(unique: reject))
        _ = try await database.pool.discard(first)
        let second = try await database.pool.enqueue(.bare(unique: reject))
        let error = await #expect(throws: PostgresError.self) { try await database.pool.retry(first) }
        #expect(error?.sqlState == .uniqueViolation)
        _ = try await database.pool.cancel(second)
        try await database.pool.retry(first)
        #expect(try await database.pool.enqueue(.bare(unique: reject)) == first)
    }
}
