import Analytics
import Millrace
import Shop

/// What `als-training` can be told; kept with the model.
struct TrainingArguments: Codable, Sendable, Equatable {
    var factors = 64
    var iterations = 15
    var solver = Solver.cholesky
    var solverSteps = 3
    var subspaceSize = 64
    var regularization = 0.01
    var frequencyExponent = 1.0
    var unobservedWeight = 0.1
    var confidence = ConfidenceRule.uniform
    var confidenceScale = 1.0
    var kinds = [EventKind.purchase.rawValue]
    var kindWeights: [String: Double] = [:]
    var seed = 1
    var shards = CountChoice.auto
    var threads = 1
    var transfer = FactorPrecision.float32
    var patience = 0
    var metric = Metric.ndcg
    var validationShare = 0.2
    var holdout = Holdout.none
    var topN = 20
    var excludeBought = true
    var diversity = 0.0
    var categoryCap = 0
    var freshness = 0.0
    var freshnessHalfLifeDays = 30.0
    var exploration = 0.0
    var coldStart = ColdStart.popular
    var newItems = NewItemRule.content
    var keepModels = 3
    var tuning: Int?

    private enum CodingKeys: String, CodingKey {
        case factors, iterations, solver, regularization, confidence, kinds, seed, shards, threads, transfer, patience
        case metric, holdout, diversity, freshness, exploration, tuning
        case solverSteps = "solver_steps"
        case subspaceSize = "subspace_size"
        case frequencyExponent = "frequency_exponent"
        case unobservedWeight = "unobserved_weight"
        case confidenceScale = "confidence_scale"
        case kindWeights = "kind_weights"
        case validationShare = "validation_share"
        case topN = "top_n"
        case excludeBought = "exclude_bought"
        case categoryCap = "category_cap"
        case freshnessHalfLifeDays = "freshness_half_life_days"
        case coldStart = "cold_start"
        case newItems = "new_items"
        case keepModels = "keep_models"
    }

    /// How rows are solved; see `RowSolver`.
    enum Solver: String, Codable, Sendable, CaseIterable {
        case cholesky, cg, subspace
    }

    /// How the number of orders turns into weight; see `ImplicitObjective.Confidence`.
    enum ConfidenceRule: String, Codable, Sendable, CaseIterable {
        case uniform, logarithmic, linear, proportional
    }

    /// By what iterations and trials are compared; see `RankingQuality`.
    enum Metric: String, Codable, Sendable, CaseIterable {
        case ndcg, recall
        case hitRate = "hit-rate"
    }

    /// What is kept out of the training to measure the recommendations by.
    enum Holdout: String, Codable, Sendable, CaseIterable {
        case none
        case lastPurchase = "last-purchase"
    }

    /// Whether items are listed that the training has not seen.
    enum NewItemRule: String, Codable, Sendable, CaseIterable {
        case none, content
    }

    /// What a customer without history gets.
    enum ColdStart: String, Codable, Sendable, CaseIterable {
        case none, popular
    }
}
