import Testing

@testable import Millrace

private func pipeline(_ steps: [(name: String, needs: [String])]) -> PipelineDefinition {
    PipelineDefinition(
        name: "p",
        steps: steps.map { step in
            PipelineStep(name: step.name, plugin: "x", needs: step.needs.map { PipelineStep.Need($0) })
        })
}

@Suite struct PipelineGraphTests {
    @Test("a step stands on the level after the last one that it waits for")
    func layers() throws {
        let graph = try PipelineGraph(
            pipeline([("d", ["b", "a"]), ("c", ["a"]), ("a", []), ("b", ["c"]), ("e", [])]))
        #expect(graph.layers == [["a", "e"], ["c"], ["b"], ["d"]])
        #expect(
            graph.description == """
                1  a  x
                   e  x
                2  c  x  ← a
                3  b  x  ← c
                4  d  x  ← b, a
                """)
    }

    @Test("a need that goes on after a failure says so")
    func policies() throws {
        var definition = pipeline([("a", []), ("b", ["a"])])
        definition.steps[1].needs[0].onFailure = .continue
        #expect(try PipelineGraph(definition).description == "1  a  x\n2  b  x  ← a (continue)")
    }

    @Test("no steps make no levels")
    func empty() throws {
        #expect(try PipelineGraph(pipeline([])).layers.isEmpty)
    }

    @Test("steps that wait for each other or for nobody are refused")
    func errors() {
        #expect(throws: PipelineGraphError.cycle(["b", "c", "d"])) {
            try PipelineGraph(pipeline([("a", []), ("b", ["a", "c"]), ("c", ["d"]), ("d", ["b"]), ("e", ["d"])]))
        }
        #expect(throws: PipelineGraphError.unknownStep("z", neededBy: "a")) {
            try PipelineGraph(pipeline([("a", ["z"])]))
        }
        #expect(
            PipelineGraphError.cycle(["a", "b"]).description
                == "a waits for b, b waits for a  →  take one of these needs out")
        #expect(
            PipelineGraphError.unknownStep("z", neededBy: "a").description
                == "step a waits for z, which is no step of the pipeline  →  correct its needs")
    }

    @Test("random graphs: levels keep the order of the needs, and a circle is found exactly when there is one")
    func randomGraphs() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var state = seed
        func random(below limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        for _ in 0..<300 {
            let count = 1 + random(below: 8)
            let steps = (0..<count).map { index in
                (name: "s\(index)", needs: Set((0..<random(below: 3)).map { _ in "s\(random(below: count))" }).sorted())
            }
            // Reachability by repeated squaring of the relation: a circle is a step that reaches itself.
            var reaches = Dictionary(uniqueKeysWithValues: steps.map { ($0.name, Set($0.needs)) })
            for _ in 0..<count {
                for (name, targets) in reaches {
                    reaches[name] = targets.reduce(into: targets) { $0.formUnion(reaches[$1] ?? []) }
                }
            }
            let hasCircle = reaches.contains { $1.contains($0) }
            switch Result(catching: { () throws(PipelineGraphError) in try PipelineGraph(pipeline(steps)) }) {
            case .success(let graph):
                #expect(!hasCircle, "seed \(seed)")
                #expect(graph.layers.flatMap(\.self).sorted() == steps.map(\.name).sorted(), "seed \(seed)")
                for (level, layer) in graph.layers.enumerated() {
                    let before = Set(graph.layers[..<level].flatMap(\.self))
                    let last = level == 0 ? [] : Set(graph.layers[level - 1])
                    for step in steps where layer.contains(step.name) {
                        #expect(before.isSuperset(of: step.needs), "seed \(seed)")
                        #expect(level == 0 || !last.isDisjoint(with: step.needs), "seed \(seed)")
                    }
                }
            case .failure(.cycle(let cycle)):
                #expect(hasCircle, "seed \(seed)")
                for (step, next) in zip(cycle, cycle.dropFirst() + cycle.prefix(1)) {
                    #expect(steps.contains { $0.name == step && $0.needs.contains(next) }, "seed \(seed)")
                }
            case .failure(let error):
                Issue.record("seed \(seed): \(error)")
            }
        }
    }
}
