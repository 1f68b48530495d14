import Analytics
import Millrace

/// What `als-tune` can be told: all that `als-training` can, and how to search.
struct TuneArguments: Codable, Sendable, Equatable {
    /// What trials start from, and what the best settings are trained by.
    var training = TrainingArguments()
    var trials = 24
    var strategy = Strategy.halving
    var eta = 3
    var firstIterations = 2
    var search: [String: [Double]] = [
        "factors": [32, 64, 128], "regularization": [0.0005, 0.1], "unobserved_weight": [0.01, 1],
    ]
    var train = true

    /// How trials are spent.
    enum Strategy: String, Codable, Sendable, CaseIterable {
        /// All run with all iterations.
        case random
        /// Many run with few iterations, and ever fewer with ever more; see `SuccessiveHalving`.
        case halving
    }

    private enum CodingKeys: String, CodingKey {
        case trials, strategy, eta, search, train
        case firstIterations = "first_iterations"
    }

    init() {}

    init(from decoder: any Decoder) throws {
        training = try TrainingArguments(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        trials = try container.decode(Int.self, forKey: .trials)
        strategy = try container.decode(Strategy.self, forKey: .strategy)
        eta = try container.decode(Int.self, forKey: .eta)
        firstIterations = try container.decode(Int.self, forKey: .firstIterations)
        search = try container.decode([String: [Double]].self, forKey: .search)
        train = try container.decode(Bool.self, forKey: .train)
    }

    func encode(to encoder: any Encoder) throws {
        try training.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(trials, forKey: .trials)
        try container.encode(strategy, forKey: .strategy)
        try container.encode(eta, forKey: .eta)
        try container.encode(firstIterations, forKey: .firstIterations)
        try container.encode(search, forKey: .search)
        try container.encode(train, forKey: .train)
    }

    static let schema = ArgumentSchema(
        defaults: TuneArguments(),
        describing: TrainingArguments.descriptions.merging([
            "trials": .init("Settings that are drawn.", minimum: 1, maximum: 1000),
            "strategy": .init(
                "random runs every trial with all iterations; halving begins with first_iterations, keeps the best "
                    + "1/eta, and gives them eta times as many, up to all."),
            "eta": .init("See strategy.", minimum: 2, maximum: 10),
            "first_iterations": .init("Iterations of the first round of halving.", minimum: 1, maximum: 1000),
            "search": .init(
                "What is searched, by argument: factors among a list; regularization, unobserved_weight and "
                    + "confidence_scale evenly in the logarithm between two numbers; frequency_exponent evenly between two."
            ),
            "train": .init("Whether a model is trained and served by the best settings."),
        ]) { $1 })
}
