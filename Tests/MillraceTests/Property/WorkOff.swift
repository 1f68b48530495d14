import Postgres
import TestSupport

@testable import Millrace

/// Works off what a program has left, an hour later by the engine's clock, so that nothing has to be waited for.
struct WorkOff: Sendable {
    let database: TestDatabase
    let state: ProgramState

    func run() async throws {
        var configuration = database.configuration
        configuration.sessionParameters["millrace.clock_offset"] = "1h"
        let connection = try await Connection.connect(configuration, logger: TestDatabase.logger)
        defer { Task { await connection.close() } }
        for queue in JobSketch.queues { try await connection.resume(queue: queue) }
        for name in LimitSketch.names + ["rated"] { _ = try await connection.removeLimit(name) }
        let worker = try await ProgramActor.registerWorker(on: connection)
        let offer = Offer(queues: nil, plugins: ["scripted", "rated"], versions: [1, 1])
        // By the moved clock every other worker is long dead.
        _ = try await connection.rescueJobs()
        var idleRounds = 0
        while idleRounds < 3 {
            var moved = try await connection.expireOverdue() + connection.releaseGathered() + connection.promoteDue()
            let claimed = try await connection.claim(for: worker, upTo: 100, offer: offer)
            moved += claimed.count
            _ = try await connection.complete(
                claimed.map { Completion(job: $0.id, epoch: $0.epoch, result: nil) })
            idleRounds = moved == 0 ? idleRounds + 1 : 0
        }
        for fault in try await Invariants.broken(Invariants.always + Invariants.atRest, on: connection) {
            state.fault("at the end: \(fault)")
        }
        let lost: [Int64] = try await connection.query(
            """
            SELECT coalesce(array_agg(id), '{}') FROM unnest($1::bigint[]) AS accepted(id)
            WHERE NOT EXISTS (SELECT FROM millrace.finished WHERE job_id = accepted.id)
            """, state.now.known)[0][0]
        if !lost.isEmpty { state.fault("accepted and never ended: \(lost)") }
        try await connection.execute("UPDATE millrace.worker SET state = 'stopped' WHERE state = 'alive'")
        // What a period holds would outlive this program by the moved clock.
        try await connection.execute("DELETE FROM millrace.unique_key")
    }
}
