import Analytics
import Millrace
import Postgres
import Testing

@testable import ALSTraining

@Suite("The jobs of a training")
struct TrainingPlanTests {
    /// 200 customers, of which the first buys everything; 50 items.
    private func plan(shards: Int, iterations: Int = 2) throws -> TrainingPlan {
        let visits = (0..<200).map { customer in
            visit(Int32(customer), day: 1, bought: customer == 0 ? (0..<50).map { Int32($0) } : [Int32(customer % 50)])
        }
        var arguments = TrainingArguments()
        arguments.shards = .fixed(shards)
        arguments.iterations = iterations
        let matrix = try collect(visits).interactions
        return TrainingPlan(matrix, byItem: matrix.transposed(), arguments, secondsPerCost: 1e-9, slots: 2)
    }

    @Test("shards are runs of whole blocks that cover a side", arguments: [1, 2, 3, 8, 256])
    func covering(shards: Int) throws {
        let plan = try plan(shards: shards)
        for (side, rows) in [(Side.user, 200), (.item, 50)] {
            let blocks = RowBlocks(rows: rows).count
            #expect(plan.shards(of: side) == min(shards, blocks))
            let runs = try (0..<plan.shards(of: side)).map { try plan.blocks(ofShard: $0, side: side) }
            #expect(runs.allSatisfy { !$0.isEmpty })
            #expect(runs.flatMap { Array($0) } == Array(0..<blocks))
        }
    }

    @Test("a shard that was never planned is refused", arguments: [-1, 7, 255])
    func noSuchShard(shard: Int) throws {
        let plan = try plan(shards: 8)
        #expect(throws: PermanentFailure.self) { try plan.blocks(ofShard: shard, side: .user) }
    }

    @Test("the plan is the same after a way through the database's JSON")
    func codable() throws {
        let plan = try plan(shards: 3)
        #expect(try JSONText(encoding: plan).decode(TrainingPlan.self) == plan)
    }

    @Test("items and users take turns, users last")
    func turns() {
        var half = HalfIteration.start
        var order: [String] = []
        for _ in 0..<5 {
            let next = half.next
            #expect(next.source == half)
            half = next
            order.append("\(half.side.rawValue) \(half.iteration)")
        }
        #expect(order == ["item 1", "user 1", "item 2", "user 2", "item 3"])
    }

    @Test("a half-iteration is followed by the shards of the next and their barrier")
    func graph() throws {
        let plan = try plan(shards: 2)
        let first = try TrainingStage(solving: HalfIteration.start.next, model: 5, plan: plan)
        #expect(first.children.map(\.plugin) == ["als-training.solve", "als-training.solve"])
        #expect(
            try first.children.map { try $0.arguments.decode(SolveShard.Arguments.self) } == [
                .init(model: 5, side: .item, iteration: 1, shard: 0),
                .init(model: 5, side: .item, iteration: 1, shard: 1),
            ])
        #expect(first.successor.plugin == "als-training.advance")
        #expect(
            try first.successor.arguments.decode(AdvanceTraining.Arguments.self)
                == .init(model: 5, side: .item, iteration: 1))
        let after = NextStep(
            after: HalfIteration(side: .item, iteration: 1), arguments: plan.arguments, history: [])
        let second = try after.stage(model: 5, plan: plan)
        #expect(after.final == nil)
        #expect(
            try second.successor.arguments.decode(AdvanceTraining.Arguments.self)
                == .init(model: 5, side: .user, iteration: 1))
    }

    @Test("the last half-iteration is followed by the recommendations and the end")
    func end() throws {
        let plan = try plan(shards: 2, iterations: 2)
        func step(_ iteration: Int) -> NextStep {
            NextStep(after: HalfIteration(side: .user, iteration: iteration), arguments: plan.arguments, history: [])
        }
        #expect(try step(1).stage(model: 5, plan: plan).successor.plugin == "als-training.advance")
        #expect(step(1).final == nil)
        let last = try step(2).stage(model: 5, plan: plan)
        #expect(step(2).final == FinalIterations(user: 2, item: 2))
        #expect(last.children.map(\.plugin) == ["als-training.recommend", "als-training.recommend"])
        #expect(
            try last.children.map { try $0.arguments.decode(RecommendItems.Arguments.self).shard } == [0, 1])
        #expect(last.successor.plugin == "als-training.finish")
    }

    @Test("a training that validates solves its users once more from the best items, and recommends then")
    func earlyStop() throws {
        var arguments = TrainingArguments()
        arguments.iterations = 9
        arguments.patience = 2
        let history = [0.1, 0.3, 0.2, 0.3].enumerated().map {
            ValidatedIteration(iteration: $0 + 1, customers: 5, ndcg: $1, recall: 0, hitRate: 0)
        }
        func step(after half: HalfIteration, _ count: Int) -> NextStep {
            NextStep(after: half, arguments: arguments, history: Array(history[..<count]))
        }
        let third = step(after: HalfIteration(side: .user, iteration: 3), 3)
        #expect(third.best == 2 && third.final == nil)
        let item = step(after: HalfIteration(side: .item, iteration: 4), 3)
        #expect(item.best == 2 && item.final == nil)
        let fourth = step(after: HalfIteration(side: .user, iteration: 4), 4)
        #expect(fourth.best == 2)
        #expect(fourth.final == FinalIterations(user: 5, item: 2))
        let last = HalfIteration(side: .user, iteration: 5, from: 2)
        #expect(last.source == HalfIteration(side: .item, iteration: 2))
        #expect(last.former == HalfIteration(side: .user, iteration: 2))
        #expect(last.role == .known)
        #expect(step(after: last, 4).final == fourth.final)
        let plan = try plan(shards: 2)
        #expect(try step(after: last, 4).stage(model: 5, plan: plan).successor.plugin == "als-training.finish")
        let solving = try fourth.stage(model: 5, plan: plan)
        #expect(
            try solving.children[1].arguments.decode(SolveShard.Arguments.self)
                == .init(model: 5, side: .user, iteration: 5, shard: 1, from: 2))
    }

    @Test("all jobs of a training can be registered, and the arguments of the shipped pipeline fit")
    func registered() throws {
        var registry = PluginRegistry()
        try ALSTrainingPlugins.register(in: &registry)
        #expect(registry.descriptions.count == 8)
        let schema = try #require(registry["als-training"]).description.schema
        try schema.check(JSONText(#"{"factors": 64, "iterations": 15, "shards": 8}"#), plugin: "als-training")
        try schema.check(
            JSONText(#"{"shards": "auto", "solver": "cg", "transfer": "float16", "kind_weights": {"cart": 0.5}}"#),
            plugin: "als-training")
        try schema.check(
            JSONText(#"{"holdout": "last-purchase", "confidence": "linear", "kinds": ["purchase", "cart"]}"#),
            plugin: "als-training")
        for bad in [
            #"{"factors": 0}"#, #"{"factors": 100000}"#, #"{"shards": 0}"#, #"{"shards": "many"}"#,
            #"{"solver": "lu"}"#,
            #"{"transfer": "float8"}"#, #"{"kind_weights": {"cart": "much"}}"#,
            #"{"holdout": "first"}"#,
            #"{"confidence": "high"}"#, #"{"kinds": ["return"]}"#, #"{"regularization": -1}"#, #"{"top-n": 5}"#,
        ] {
            #expect(throws: ArgumentError.self, "\(bad)") { try schema.check(JSONText(bad), plugin: "als-training") }
        }
    }

    @Test("arguments that contradict each other are refused")
    func contradictions() throws {
        try TrainingArguments().validate()
        var noKinds = TrainingArguments()
        noKinds.kinds = []
        var weak = TrainingArguments()
        weak.confidence = .proportional
        weak.confidenceScale = 0.01
        var free = TrainingArguments()
        free.regularization = 0
        for arguments in [noKinds, weak, free] {
            #expect(throws: PermanentFailure.self) { try arguments.validate() }
        }
    }

    @Test(
        "weights that are no numbers, or of kinds that do not count, are refused",
        arguments: [Double.nan, .infinity, 0, -1])
    func weights(weight: Double) throws {
        let weighted = TrainingArguments().with {
            $0.confidence = .linear
            $0.kindWeights = ["purchase": 2]
        }
        try weighted.validate()
        for wrong in [
            weighted.with { $0.kindWeights = ["purchase": weight] }, weighted.with { $0.kindWeights = ["view": 1] },
            weighted.with { $0.confidence = .uniform },
        ] {
            #expect(throws: PermanentFailure.self) { try wrong.validate() }
        }
    }
}
