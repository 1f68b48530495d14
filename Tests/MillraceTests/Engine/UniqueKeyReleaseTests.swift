import Postgres
import TestSupport
import Testing

@testable import Millrace

@Suite("Unique keys at the end of their jobs", .database)
struct UniqueKeyReleaseTests {
    private let reject = Unique()

    @Test("a key is free after every kind of end", arguments: UniqueEnd.allCases)
    func released(_ end: UniqueEnd) async throws {
        let database = try TestDatabase.current
        let first = try await database.pool.enqueue(.bare(unique: reject))
        try await end.apply(to: first, on: database)
        #expect(try await database.pool.state(of: first)?.isTerminal == true)
        let next = try await database.pool.enqueue(reporting: [.bare(unique: reject)])[0]
        #expect(next.isNew)
    }
}

/// The ways in which a job with a key can end.
enum UniqueEnd: String, CaseIterable, Sendable {
    case succeeded, failed, cancelled, discarded, handedOver, quarantined, deadline, stoppedAndReleased

    func apply(to job: JobID, on database: TestDatabase) async throws {
        switch self {
        case .cancelled: _ = try await database.pool.cancel(job)
        case .discarded: _ = try await database.pool.discard(job)
        case .deadline:
            try await database.pool.execute(
                "INSERT INTO millrace.expiry (job_id, at, kind) VALUES ($1, millrace.clock(), 'deadline')", job.rawValue
            )
            #expect(try await database.pool.expireOverdue() == 1)
        case .quarantined:
            for round in 0..<3 {
                let worker = try await ManualWorker("w\(round)", on: database)
                #expect(try await worker.claim().count == 1)
                try await worker.fallSilent()
                #expect(try await database.pool.rescueJobs() == 1)
            }
        case .succeeded, .failed, .handedOver, .stoppedAndReleased:
            let worker = try await ManualWorker("w", on: database)
            let claimed = try #require(try await worker.claim().first)
            switch self {
            case .succeeded: try await worker.complete(claimed)
            case .failed: try await worker.fail(claimed)
            case .handedOver:
                let children = try await database.pool.handOver(
                    claimed, result: nil, children: [.bare(#"{"word": "child"}"#)], successor: nil)
                #expect(children?.count == 2)
            default:
                #expect(try await database.pool.cancel(job) == .requested)
                #expect(try await database.pool.release(job, epoch: claimed.epoch))
            }
        }
    }
}
