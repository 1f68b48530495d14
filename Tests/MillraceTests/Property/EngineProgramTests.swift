import Postgres
import TestSupport
import Testing

@testable import Millrace

/// Random programs of several actors at once, with a checker that looks at snapshots meanwhile.
@Suite("Random programs", .database)
struct EngineProgramTests {
    private static let actors = 4
    private static let operationsEach = 30

    @Test("no interleaving loses a job, doubles a key, exceeds a limit or revives an epoch")
    func programs() async throws {
        let database = try TestDatabase.current
        let seed = SeededRandom.announcedSeed("EngineProgramTests")
        let setUp = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        try await setUp.script(Invariants.witnesses)
        await setUp.close()
        var operations = 0
        var deadlocks = 0
        var jobs = 0
        var refusals: [String: Int] = [:]
        for number in 0..<SeededRandom.programs(usually: 20) {
            let program = Self.program(seed: seed &+ UInt64(number))
            let end = try await run(program, on: database)
            operations += end.operations
            deadlocks += end.deadlocks
            jobs += end.known.count
            refusals.merge(end.refusals, uniquingKeysWith: +)
            guard end.faults.isEmpty else {
                let listing = program.map { $0.map(\.description).joined(separator: "; ") }
                Issue.record(
                    """
                    program \(number), MILLRACE_TEST_SEED=\(seed &+ UInt64(number)) MILLRACE_TEST_PROGRAMS=1:
                    \(end.faults.prefix(8).joined(separator: "\n"))
                    \(listing.joined(separator: "\n"))
                    """)
                break
            }
        }
        print("EngineProgramTests: \(operations) operations, \(jobs) jobs, \(deadlocks) deadlocks, refused \(refusals)")
    }

    private static func program(seed: UInt64) -> [[Operation]] {
        var random = SeededRandom(seed: seed)
        return (0..<actors).map { _ in (0..<operationsEach).map { _ in Operation.random(using: &random) } }
    }

    private func run(_ program: [[Operation]], on database: TestDatabase) async throws -> ProgramState.Contents {
        try await database.pool.setLimit(
            Limit("rated", .rate(40, per: .seconds(1), burst: 3), plugin: "rated"))
        for queue in JobSketch.queues { try await database.pool.setAging(queue: queue, every: nil, isNew: true) }
        try await database.pool.setAging(queue: "a", every: .milliseconds(20))
        var workers: [Int64] = []
        for _ in 0..<Self.actors { workers.append(try await ProgramActor.registerWorker(on: database.pool)) }
        let state = ProgramState(workers: workers)
        let checker = Task { try await check(state, on: database) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for operations in program {
                group.addTask {
                    let connection = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
                    try await ProgramActor(connection: connection, state: state).run(operations)
                    await connection.close()
                }
            }
            try await group.waitForAll()
        }
        state.change { $0.isOver = true }
        try await checker.value
        try await WorkOff(database: database, state: state).run()
        return state.now
    }

    /// Looks at one snapshot after another until the program is over, and at one more.
    private func check(_ state: ProgramState, on database: TestDatabase) async throws {
        let connection = try await Connection.connect(database.configuration, logger: TestDatabase.logger)
        var isLast = false
        repeat {
            isLast = state.now.isOver
            let faults = try await connection.transaction(.repeatableRead, readOnly: true) {
                try await Invariants.broken(Invariants.always, on: $0)
            }
            for fault in faults { state.fault("while it ran: \(fault)") }
            if !faults.isEmpty { break }
        } while !isLast
        await connection.close()
    }
}
