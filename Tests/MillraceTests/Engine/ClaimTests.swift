import Foundation
import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Claiming", .database)
struct ClaimTests {
    @Test("two claimers never get the same job, and together they get all of them")
    func disjointClaims() async throws {
        let database = try TestDatabase.current
        let ids = try await database.pool.enqueue(try (0..<400).map { try Scripted.request("\($0)") })
        let workers = [
            try await ManualWorker("a", on: database), try await ManualWorker("b", on: database),
            try await ManualWorker("c", on: database), try await ManualWorker("d", on: database),
        ]
        let claimed = try await withThrowingTaskGroup(of: [JobID].self) { group in
            for worker in workers {
                group.addTask {
                    var mine: [JobID] = []
                    while case let batch = try await worker.claim(7), !batch.isEmpty { mine += batch.map(\.id) }
                    return mine
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        // A claimer may find the rest locked by others and stop early; what is left is still there for the next one.
        var all = claimed
        while case let rest = try await workers[0].claim(100), !rest.isEmpty { all += rest.map(\.id) }
        #expect(all.count == ids.count)
        #expect(Set(all) == Set(ids))
    }

    @Test("lower priority numbers run first, then older jobs")
    func order() async throws {
        let database = try TestDatabase.current
        var late = try Scripted.request("late")
        late.priority = 5
        var urgent = try Scripted.request("urgent")
        urgent.priority = -1
        let ids = try await database.pool.enqueue([
            late, try Scripted.request("first"), try Scripted.request("second"), urgent,
        ])
        let worker = try await ManualWorker("a", on: database)
        #expect(try await worker.claim().map(\.id) == [ids[3], ids[1], ids[2], ids[0]])
    }

    @Test("a floor passes by transactions that write elsewhere, and waits for those that have enqueued")
    func floors() async throws {
        let database = try TestDatabase.current
        let pool = database.pool
        let worker = try await ManualWorker("a", on: database)
        var book = LaneBook()
        func claim() async throws -> [Int64] {
            try await pool.claim(for: worker.id, upTo: 10, offer: worker.offer, book: &book).map(\.id.rawValue)
        }
        func floorPasses(_ id: JobID) async throws {
            try await eventually("the floor passes job \(id)") {
                _ = try await claim()
                // Every claim that takes something is a reading that may settle.
                try await pool.enqueue(.bare())
                return book.floorByLane.values.allSatisfy { $0 > id.rawValue }
            }
        }
        let elsewhere = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        try await elsewhere.execute("CREATE TABLE public.elsewhere ()")
        try await elsewhere.execute("BEGIN")
        try await elsewhere.execute("INSERT INTO public.elsewhere DEFAULT VALUES")
        try await floorPasses(try await pool.enqueue(.bare()))

        let slow = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        try await slow.execute("BEGIN")
        let late = try await slow.enqueue(.bare())
        for _ in 0..<20 {
            try await pool.enqueue(.bare())
            #expect(try await claim().contains(late.rawValue) == false)
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(book.floorByLane.values.allSatisfy { $0 <= late.rawValue })
        try await slow.execute("COMMIT")
        await slow.close()
        #expect(try await claim().contains(late.rawValue))
        try await floorPasses(late)
        try await elsewhere.execute("ROLLBACK")
        await elsewhere.close()
    }

    @Test("every claim of a job has a higher epoch than the one before")
    func epochsRise() async throws {
        let database = try TestDatabase.current
        let id = try await database.pool.enqueue(try Scripted.request())
        let worker = try await ManualWorker("a", on: database)
        var last: Int64 = 0
        for _ in 0..<5 {
            let job = try #require(try await worker.claim().first)
            #expect(job.epoch > last)
            #expect(job.attempt == 1)
            last = job.epoch
            #expect(try await database.pool.release(id, epoch: job.epoch))
        }
    }

    @Test("jobs of a paused queue stay where they are until it is resumed")
    func pausedQueue() async throws {
        let database = try TestDatabase.current
        var request = try Scripted.request()
        request.queue = "slow"
        let id = try await database.pool.enqueue(request)
        let worker = try await ManualWorker("a", on: database)
        try await database.pool.pause(queue: "slow", by: "tester")
        #expect(try await worker.claim().isEmpty)
        try await database.pool.resume(queue: "slow")
        #expect(try await worker.claim().map(\.id) == [id])
    }

    @Test("a worker is not given jobs of plugins it does not have, and they do not stand in front of its own")
    func otherPlugins() async throws {
        let database = try TestDatabase.current
        var other = JobRequest(plugin: "elsewhere")
        other.priority = -100
        _ = try await database.pool.enqueue(Array(repeating: other, count: 50))
        let mine = try await database.pool.enqueue(try Scripted.request())
        let worker = try await ManualWorker("a", on: database)
        #expect(try await worker.claim(1).map(\.id) == [mine])
    }

    @Test("a job of a newer argument version waits for a newer worker")
    func newerVersion() async throws {
        let database = try TestDatabase.current
        var request = try Scripted.request()
        request.argumentsVersion = 2
        let id = try await database.pool.enqueue(request)
        let worker = try await ManualWorker("old", on: database)
        #expect(try await worker.claim().isEmpty)
        let newer = Offer(queues: nil, plugins: ["scripted"], versions: [3])
        #expect(try await database.pool.claim(for: worker.id, upTo: 1, offer: newer).map(\.id) == [id])
    }

    @Test("a job that is due later is claimed only after it was promoted")
    func dueLater() async throws {
        let database = try TestDatabase.current
        var request = try Scripted.request()
        request.delay = .milliseconds(200)
        let id = try await database.pool.enqueue(request)
        let worker = try await ManualWorker("a", on: database)
        #expect(try await database.pool.state(of: id) == .scheduled)
        #expect(try await worker.claim().isEmpty)
        try await eventually("the job is promoted") { try await database.pool.promoteDue() == 1 }
        #expect(try await worker.claim().map(\.id) == [id])
    }
}
