import Analytics
import Millrace
import Postgres
import TestSupport
import Testing

@testable import ALSTraining

@Suite("Tuning as jobs", .database)
struct TuningJobTests {
    private func tune(_ database: TestDatabase, _ arguments: TuneArguments) async throws -> JobStanding {
        try await database.withWorker(try TestDatabase.trainingPlugins()) {
            let job = try await database.pool.enqueue(try JobRequest(PlanTuning.self, arguments))
            return try await settled(job, database)
        }
    }

    /// The end of the tuning's own jobs; the training it spawns is waited for as well.
    private func settled(_ job: JobID, _ database: TestDatabase) async throws -> JobStanding {
        let standing = try await database.end(of: job, within: .seconds(120))
        try await eventually("all jobs have ended", within: .seconds(120)) {
            try await database.count(
                "SELECT count(*) FROM millrace.v_job WHERE state NOT IN ('succeeded', 'failed', 'cancelled')") == 0
        }
        return standing
    }

    @Test("halving gives the best trials more iterations, and trains and serves the best with its lineage")
    func halving() async throws {
        let database = try TestDatabase.current
        try await TasteShop(customers: 200, items: 80).write(to: database.pool)
        var arguments = TuneArguments()
        arguments.trials = 6
        arguments.training.iterations = 6
        arguments.training.validationShare = 0.6
        // Far too strong a pull to 0 beside a sensible one: who weighs trials at random would take it now and then.
        arguments.search = ["factors": [8, 12], "regularization": [0.001, 1000]]
        _ = try await tune(database, arguments)
        let rungs = try await database.pool.query(
            "SELECT rung, count(*), max(iterations), max(score) FROM shop.tuning_trial GROUP BY rung ORDER BY rung"
        ).map { try $0.decode(Int.self, Int.self, Int.self, Double.self) }
        #expect(rungs.map { $0.1 } == [6, 2])
        #expect(rungs.map { $0.2 } == [2, 6])
        let survivors: [Int32] = try await database.pool.query(
            "SELECT array_agg(trial ORDER BY trial) FROM shop.tuning_trial WHERE rung = 1")[0][0]
        let first: [Int32] = try await database.pool.query(
            """
            SELECT array_agg(trial ORDER BY trial) FROM (
                SELECT trial FROM shop.tuning_trial WHERE rung = 0 ORDER BY score DESC, trial LIMIT 2) AS best
            """)[0][0]
        #expect(survivors == first)
        let (metrics, state, version) = try await database.pool.query(
            "SELECT metrics, state, version FROM shop.model WHERE kind = 'als-tuning'")[0]
            .decode(JSONText.self, String.self, Int.self)
        #expect((state, version) == ("ready", 1))
        let best: TuningResult = try metrics.decode()
        #expect(best.score == rungs[1].3)
        let model = try await database.pool.query(
            """
            SELECT parameters -> 'arguments', served, tuning_id, (metrics ->> 'iterations')::integer
            FROM shop.model WHERE kind = 'als'
            """
        )[0].decode(JSONText.self, Bool.self, Int64.self, Int.self)
        let trained: TrainingArguments = try model.0.decode()
        #expect(model.1)
        #expect(model.2 == best.tuning)
        #expect(model.3 == best.bestIteration)
        #expect(Double(trained.factors) == best.settings["factors"])
        #expect(trained.regularization == best.settings["regularization"])
        #expect(trained.patience == 0)
        #expect(try await database.count("SELECT count(*) FROM shop.interaction_block") == 0)
        #expect(try await database.pool.trials(ofTuning: 1).rows.count == 8)
        #expect(try await database.pool.models().value("tuning") == "1")
    }

    @Test("random search runs each trial once, the same for the same seed, and may leave the training out")
    func random() async throws {
        let database = try TestDatabase.current
        try await TasteShop(customers: 120, items: 60).write(to: database.pool)
        var arguments = TuneArguments()
        arguments.trials = 3
        arguments.strategy = .random
        arguments.train = false
        arguments.training.iterations = 2
        arguments.training.validationShare = 1
        arguments.search = ["factors": [4, 8], "frequency_exponent": [0, 1]]
        let first: TuningResult = try #require(try await tune(database, arguments).result).decode()
        let second: TuningResult = try #require(try await tune(database, arguments).result).decode()
        #expect(first.settings == second.settings && first.score == second.score)
        #expect(first.score > 0)
        let settings = try await database.pool.query(
            "SELECT count(DISTINCT settings), count(*) FROM shop.tuning_trial")[0].decode(Int.self, Int.self)
        #expect(settings == (3, 6))
        #expect(try await database.count("SELECT count(*) FROM shop.model WHERE kind = 'als'") == 0)
        #expect(try await database.count("SELECT max(version) FROM shop.model WHERE kind = 'als-tuning'") == 2)
    }

    @Test("a trial whose settings cannot be trained loses and says why, and the others go on")
    func hopeless() async throws {
        let database = try TestDatabase.current
        try await TasteShop(customers: 80, items: 40).write(to: database.pool)
        var arguments = TuneArguments()
        arguments.trials = 6
        arguments.strategy = .random
        arguments.train = false
        arguments.training.iterations = 1
        arguments.training.validationShare = 1
        arguments.training.confidence = .linear
        // Weights that no single precision holds.
        arguments.search = ["confidence_scale": [1, 1e70]]
        let standing = try await tune(database, arguments)
        #expect(standing.state == .succeeded, "\(standing.reason ?? "")")
        let (lost, won) = try await database.pool.query(
            "SELECT count(problem), count(score) FROM shop.tuning_trial")[0].decode(Int.self, Int.self)
        #expect(lost > 0 && won > 0 && lost + won == 6)
        let problem: String = try await database.pool.query(
            "SELECT problem FROM shop.tuning_trial WHERE problem IS NOT NULL LIMIT 1")[0][0]
        #expect(problem.contains("→"))
    }

    @Test("what cannot be searched is refused with the way out")
    func refusals() throws {
        for search: [String: [Double]] in [
            [:], ["iterations": [1, 2]], ["factors": [0]], ["factors": [1.5]], ["factors": []],
            ["regularization": [0.1]],
            ["regularization": [0, 1]], ["regularization": [2, 1]], ["unobserved_weight": [.nan, 1]],
            ["frequency_exponent": [0, 3]],
        ] {
            var arguments = TuneArguments()
            arguments.search = search
            #expect(throws: PermanentFailure.self, "\(search)") { try arguments.space() }
        }
        let schema = try #require(try TestDatabase.trainingPlugins()["als-tune"]).description.schema
        #expect(schema.openBecause == nil)
        try schema.check(
            JSONText(#"{"trials": 5, "factors": 32, "search": {"regularization": [0.1, 1]}}"#), plugin: "als-tune")
        #expect(throws: ArgumentError.self) {
            try schema.check(JSONText(#"{"trials": 5, "factor": 32}"#), plugin: "als-tune")
        }
    }
}
