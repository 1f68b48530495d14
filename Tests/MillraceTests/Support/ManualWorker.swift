import Foundation
import Postgres
import TestSupport

@testable import Millrace

/// A worker that the test moves by hand, and that proves its life only when told to.
struct ManualWorker {
    let id: Int64
    let pool: Pool
    let offer: Offer

    init(
        _ name: String, plugins: [String] = ["scripted"], lease: Duration = .seconds(60), on database: TestDatabase
    ) async throws {
        let descriptions = plugins.map {
            PluginDescription(
                name: $0, version: 1, summary: "", schema: ArgumentSchema(defaults: Scripted.Arguments()),
                defaults: JobDefaults())
        }
        pool = database.pool
        id = try await pool.register(WorkerOptions(name: name, lease: lease), offering: descriptions)
        offer = Offer(queues: nil, plugins: plugins, versions: plugins.map { _ in 1 })
    }

    func claim(_ limit: Int = 10) async throws -> [ClaimedJob] {
        let busy = try await pool.query(
            """
            SELECT lane.queue, count(*) FROM millrace.lease JOIN millrace.lane ON lane.id = lease.lane_id
            WHERE lease.worker_id = $1 GROUP BY lane.queue
            """, id
        ).map { try $0.decode(String.self, Int.self) }
        var book = LaneBook()
        return try await pool.claim(
            for: id, upTo: limit, offer: offer, book: &book,
            holdings: Holdings(busyByQueue: Dictionary(uniqueKeysWithValues: busy)))
    }

    /// Makes the database believe that its last heartbeat was long ago.
    func fallSilent() async throws {
        try await pool.execute(
            "UPDATE millrace.worker SET heartbeat_at = heartbeat_at - interval '1 hour' WHERE id = $1", id)
    }
}

extension Pool {
    func state(of job: JobID) async throws -> JobState? {
        try await standing(of: job)?.state
    }
}
