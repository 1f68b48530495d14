import Analytics
import Millrace
import Testing

@testable import ALSTraining

@Suite("One process or shards")
struct TrainingEstimateTests {
    private func estimate(
        solveSeconds: Double, lines: Int = 0, slots: Int, megabytes: Int = 0,
        _ change: (inout TrainingArguments) -> Void = { _ in }
    ) -> TrainingEstimate {
        var arguments = TrainingArguments()
        arguments.iterations = 10
        change(&arguments)
        return TrainingEstimate(arguments, solveSeconds: solveSeconds, lines: lines, slots: slots) { _ in
            megabytes << 20
        }
    }

    @Test("what costs less than the barriers is done in one process, and more than they in shards")
    func choice() {
        let small = estimate(solveSeconds: 0.1, slots: 8)
        #expect(small.mode == .inProcess && small.shards == 0)
        #expect(abs(small.inProcessSeconds - 1) < 1e-12)
        let large = estimate(solveSeconds: 1, slots: 8)
        #expect(large.mode == .sharded && large.shards == 16)
        #expect(large.shardedSeconds < large.inProcessSeconds)
    }

    @Test("bytes through the database speak against shards, threads for one process")
    func bytesAndThreads() {
        #expect(estimate(solveSeconds: 1, slots: 4, megabytes: 100).mode == .sharded)
        #expect(estimate(solveSeconds: 1, slots: 4, megabytes: 1000).mode == .inProcess)
        let threads = estimate(solveSeconds: 1, slots: 1) { $0.threads = 4 }
        #expect(threads.mode == .inProcess)
        #expect(abs(threads.inProcessSeconds - 2.5) < 1e-12)
    }

    @Test("what a crash would cost more than a minute of is done in shards even by one slot, none longer than 5 s")
    func crashes() {
        let long = estimate(solveSeconds: 200, slots: 1)
        #expect(long.mode == .sharded)
        #expect(long.shards == 20)
        #expect(estimate(solveSeconds: 5, slots: 1).mode == .inProcess)
        #expect(estimate(solveSeconds: 1e6, slots: 1).shards == 256)
    }

    @Test("many lines of recommendations are made in shards, however quick the solving is")
    func lines() {
        #expect(estimate(solveSeconds: 0.01, lines: 1_000_000, slots: 1).mode == .inProcess)
        let many = estimate(solveSeconds: 0.01, lines: 1_000_001, slots: 1)
        #expect(many.mode == .sharded && many.shards == 5)
        #expect(estimate(solveSeconds: 0.01, lines: 1_000_001, slots: 1) { $0.shards = .fixed(2) }.shards == 2)
    }

    @Test("shards that are asked for are made")
    func asked() {
        let asked = estimate(solveSeconds: 1e-6, slots: 1) { $0.shards = .fixed(3) }
        #expect(asked.mode == .sharded && asked.isAsked && asked.shards == 3)
        #expect(estimate(solveSeconds: 1e-6, slots: 0).slots == 1)
    }

    @Test("a row costs nothing without interactions, and more with more of them and more factors")
    func costs() {
        for solver in [RowSolver.cholesky, .conjugateGradient(steps: 3), .subspace(size: 32)] {
            #expect(solver.cost(interactions: 0, rank: 64) == 0)
            #expect(solver.cost(interactions: 10, rank: 64) < solver.cost(interactions: 11, rank: 64))
            #expect(solver.cost(interactions: 10, rank: 64) < solver.cost(interactions: 10, rank: 65))
        }
        // Conjugate gradient is what it is for where there are many factors.
        #expect(
            RowSolver.conjugateGradient(steps: 3).cost(interactions: 100, rank: 256)
                < RowSolver.cholesky.cost(interactions: 100, rank: 256) / 5)
    }

    @Test("timing gives seconds for each unit of cost, and nothing to solve gives none")
    func timing() throws {
        let data = try collect((1...200).map { visit(Int32($0), day: 1, bought: [1, 2, Int32(3 + $0 % 40)]) })
        var arguments = TrainingArguments()
        arguments.factors = 16
        let start = try FactorMatrix.initial(rows: 0..<200, rank: 16, seed: 1)
        let rate = try timeSolving(
            data.interactions.transposed(), from: start, gramian: Gramian(of: start), arguments: arguments,
            limit: .milliseconds(1), check: {})
        #expect(rate > 1e-13 && rate < 1e-5)
        let nothing = try InteractionBlock([], rows: 3, columnCount: 200)
        #expect(
            try timeSolving(nothing, from: start, gramian: Gramian(of: start), arguments: arguments, check: {}) == 0)
    }
}
