import Foundation
import Millrace
import Postgres
import TestSupport
import Testing

@testable import ALSTraining

@Suite("The registry of models", .database)
struct RegistryTests {
    /// Three trainings, of which the first two's recommendations are kept beside the served one's.
    private func threeModels(_ database: TestDatabase) async throws -> [TrainingResult] {
        try await TasteShop(customers: 60, items: 40).write(to: database.pool)
        var results: [TrainingResult] = []
        for seed in 1...3 {
            results.append(
                try await database.train(
                    TrainingArguments.small().with {
                        $0.shards = .auto
                        $0.seed = seed
                        $0.iterations = 1
                        $0.topN = 3
                    }))
        }
        return results
    }

    @Test("going back serves the version before at once, and another can be served by its number")
    func switching() async throws {
        let database = try TestDatabase.current
        let models = try await threeModels(database)
        func served() async throws -> Int { try await database.count("SELECT max(model_id) FROM shop.recommendation") }
        #expect(try await served() == Int(models[2].model))
        let back = try await database.pool.transaction { try await $0.rollBackModel() }
        #expect(back == ServedModels(before: 3, now: 2))
        #expect(try await served() == Int(models[1].model))
        #expect(try await database.count("SELECT count(*) FROM shop.recommendation") == models[1].recommendations)
        #expect(try await database.pool.transaction { try await $0.rollBackModel() } == ServedModels(before: 2, now: 1))
        await #expect(throws: ServeModelError.nothingBefore(version: 1)) {
            try await database.pool.transaction { try await $0.rollBackModel() }
        }
        #expect(
            try await database.pool.transaction { try await $0.serveModel(version: 3) }
                == ServedModels(before: 1, now: 3))
        #expect(try await served() == Int(models[2].model))
        await #expect(throws: ServeModelError.unknown(version: 9, servable: [1, 2, 3])) {
            try await database.pool.transaction { try await $0.serveModel(version: 9) }
        }
        // A new training serves itself, whatever was served by hand.
        _ = try await database.pool.transaction { try await $0.rollBackModel() }
        let next = try await database.train(.small())
        #expect(try await served() == Int(next.model))
    }

    @Test("readers see the lists of one model, whole, whatever is switched beside them")
    func atomic() async throws {
        let database = try TestDatabase.current
        let models = try await threeModels(database)
        let lines = models[0].recommendations
        try #require(models.allSatisfy { $0.recommendations == lines })
        async let switching: Void = {
            for round in 0..<60 {
                _ = try await database.pool.transaction { try await $0.serveModel(version: 1 + round % 3) }
            }
        }()
        var seen = Set<Int64>()
        for _ in 0..<120 {
            let (count, models, model) = try await database.pool.query(
                "SELECT count(*), count(DISTINCT model_id), max(model_id) FROM shop.recommendation")[0]
                .decode(Int.self, Int.self, Int64.self)
            #expect(count == lines && models == 1)
            seen.insert(model)
        }
        try await switching
        #expect(seen.count > 1)
    }

    @Test("a model whose recommendations are gone, and a measurement, cannot be served")
    func gone() async throws {
        let database = try TestDatabase.current
        _ = try await threeModels(database)
        let measured = try await database.train(
            TrainingArguments.small().with {
                $0.holdout = .lastPurchase
                $0.shards = .auto
            })
        #expect(measured.recommendations == 0)
        await #expect(throws: ServeModelError.hasNoRecommendations(version: 4, servable: [1, 2, 3])) {
            try await database.pool.transaction { try await $0.serveModel(version: 4) }
        }
        _ = try await database.train(
            TrainingArguments.small().with {
                $0.shards = .auto
                $0.keepModels = 0
            })
        await #expect(throws: ServeModelError.hasNoRecommendations(version: 2, servable: [5])) {
            try await database.pool.transaction { try await $0.serveModel(version: 2) }
        }
        await #expect(throws: ServeModelError.nothingBefore(version: 5)) {
            try await database.pool.transaction { try await $0.rollBackModel() }
        }
    }

    @Test("without any model there is nothing to go back from")
    func empty() async throws {
        let pool = try TestDatabase.current.pool
        await #expect(throws: ServeModelError.nothingServed) {
            try await pool.transaction { try await $0.rollBackModel() }
        }
        await #expect(throws: ServeModelError.unknown(version: 1, servable: [])) {
            try await pool.transaction { try await $0.serveModel(version: 1) }
        }
        #expect(try await pool.models().rows.isEmpty)
        #expect(try await pool.model(version: 1).rows.isEmpty)
    }

    @Test("a model tells its data, its metrics, its lineage and what it was trained by")
    func lineage() async throws {
        let database = try TestDatabase.current
        _ = try await threeModels(database)
        let listed = try await database.pool.models()
        #expect(listed.rows.count == 3)
        #expect(listed.value("recommendations") == "served")
        #expect(listed.value("recommendations", row: 1) == "kept")
        #expect(listed.value("parent", row: 0) == "2")
        #expect(listed.value("parent", row: 2) == nil)
        let shown = try await database.pool.model(version: 3)
        #expect(shown.value("state") == "ready")
        #expect(shown.value("code_version") == "dev")
        #expect(shown.value("data_from")?.hasPrefix("2026-01-0") == true)
        let arguments: TrainingArguments = try JSONText(try #require(shown.value("arguments"))).decode()
        #expect(arguments.seed == 3)
        let estimate: TrainingEstimate = try JSONText(try #require(shown.value("estimate"))).decode()
        #expect(estimate.mode == .inProcess)
        let metrics: ModelMetrics = try JSONText(try #require(shown.value("metrics"))).decode()
        #expect(metrics.loss > 0 && metrics.bestIteration == 1)
        #expect(try await database.pool.models(kind: .tuning).rows.isEmpty)
    }
}
