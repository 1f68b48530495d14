import Analytics
import Testing

@Suite("Tuning")
struct TuningTests {
    @Test("trials lie within their bounds, spread over them, and depend on seed and number alone")
    func random() throws {
        let space = try SearchSpace([
            "rate": .logarithmic(low: 1e-4, high: 1), "share": .uniform(low: -1, high: 3),
            "factors": .integer(low: 8, high: 11), "power": .choice([0, 0.5, 1]),
        ])
        let trials = space.trials(0..<400, seed: 5)
        #expect(space.trials(100..<110, seed: 5) == Array(trials[100..<110]))
        #expect(space.trials(0..<400, seed: 6) != trials)
        for trial in trials {
            #expect((1e-4...1).contains(trial["rate"] ?? 0) && (-1...3).contains(trial["share"] ?? 9))
        }
        #expect(Set(trials.compactMap { $0["factors"] }) == [8, 9, 10, 11])
        #expect(Set(trials.compactMap { $0["power"] }) == [0, 0.5, 1])
        // Half of the draws lie below the geometric mean.
        let low = trials.count { ($0["rate"] ?? 1) < 1e-2 }
        #expect((160...240).contains(low))
    }

    @Test("bounds that make no sense are refused")
    func refused() {
        for bad: SearchDimension in [
            .uniform(low: 1, high: 0), .uniform(low: .nan, high: 1), .logarithmic(low: 0, high: 1),
            .integer(low: 3, high: 2), .choice([]), .choice([.infinity]),
        ] {
            #expect(throws: FactorizationError.self) { try SearchSpace(["setting": bad]) }
        }
    }

    @Test("rounds fall by η while budgets rise")
    func rungs() throws {
        let plan = try SuccessiveHalving(trials: 27, minimumBudget: 1, maximumBudget: 9)
        #expect(plan.rungs.map(\.trials) == [27, 9, 3] && plan.rungs.map(\.budget) == [1, 3, 9])
        let short = try SuccessiveHalving(trials: 2, minimumBudget: 4, maximumBudget: 100, eta: 2)
        #expect(short.rungs.map(\.trials) == [2, 1] && short.rungs.map(\.budget) == [4, 8])
        #expect(throws: FactorizationError.self) {
            try SuccessiveHalving(trials: 0, minimumBudget: 1, maximumBudget: 1)
        }
        #expect(throws: FactorizationError.self) {
            try SuccessiveHalving(trials: 4, minimumBudget: 5, maximumBudget: 4)
        }
    }

    @Test("the best go on, failed trials never")
    func survivors() throws {
        let plan = try SuccessiveHalving(trials: 6, minimumBudget: 1, maximumBudget: 3, eta: 2)
        #expect(plan.survivors(scores: [0.1, nil, 0.5, .nan, 0.5, 0.4], after: 0) == [2, 4, 5])
        #expect(plan.survivors(scores: [nil, nil, 0.1, nil, nil, nil], after: 0) == [2])
        #expect(plan.survivors(scores: [0.1, 0.2, 0.3], after: plan.rungs.count - 1).isEmpty)
    }
}
