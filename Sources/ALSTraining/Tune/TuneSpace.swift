import Analytics
import Millrace

extension TuneArguments {
    /// Where settings are drawn from.
    ///
    /// - Throws: `PermanentFailure` naming what cannot be searched, or not like that.
    func space() throws -> SearchSpace {
        guard !search.isEmpty else {
            throw PermanentFailure("search is empty, so all trials would be alike  →  name what to search")
        }
        var dimensions: [String: SearchDimension] = [:]
        for (name, numbers) in search.sorted(by: { $0.key < $1.key }) {
            guard let setting = TunedSetting(rawValue: name) else {
                throw PermanentFailure(
                    "\"\(name)\" cannot be searched  →  search "
                        + TunedSetting.allCases.map(\.rawValue).joined(separator: ", "))
            }
            dimensions[name] = try setting.dimension(numbers)
        }
        return try permanently { try SearchSpace(dimensions) }
    }

    /// The rounds of trials.
    func rungs() throws -> SuccessiveHalving {
        try permanently {
            switch strategy {
            case .random:
                try SuccessiveHalving(
                    trials: trials, minimumBudget: training.iterations, maximumBudget: training.iterations, eta: eta)
            case .halving:
                try SuccessiveHalving(
                    trials: trials, minimumBudget: min(firstIterations, training.iterations),
                    maximumBudget: training.iterations, eta: eta)
            }
        }
    }
}

/// An argument of a training that trials may set.
enum TunedSetting: String, CaseIterable {
    case factors, regularization
    case unobservedWeight = "unobserved_weight"
    case frequencyExponent = "frequency_exponent"
    case confidenceScale = "confidence_scale"

    /// Where it is drawn from.
    ///
    /// - Throws: `PermanentFailure` when the numbers make no range or list of it.
    func dimension(_ numbers: [Double]) throws -> SearchDimension {
        switch self {
        case .factors:
            guard !numbers.isEmpty, numbers.allSatisfy({ (1...1024).contains($0) && $0 == $0.rounded() }) else {
                throw wrong(numbers, "list whole numbers from 1 to 1024")
            }
            return .choice(numbers)
        case .regularization, .unobservedWeight, .confidenceScale:
            guard numbers.count == 2, numbers[0] > 0, numbers[0] <= numbers[1], numbers[1].isFinite else {
                throw wrong(numbers, "give two positive numbers, the smaller one first")
            }
            return .logarithmic(low: numbers[0], high: numbers[1])
        case .frequencyExponent:
            guard numbers.count == 2, numbers[0] >= 0, numbers[0] <= numbers[1], numbers[1] <= 2 else {
                throw wrong(numbers, "give two numbers from 0 to 2, the smaller one first")
            }
            return .uniform(low: numbers[0], high: numbers[1])
        }
    }

    private func wrong(_ numbers: [Double], _ wayOut: String) -> PermanentFailure {
        PermanentFailure("search of \(rawValue) in \(numbers)  →  \(wayOut)")
    }
}

extension TrainingArguments {
    /// The same with what a trial sets; names come from a ``SearchSpace``.
    func setting(_ settings: [String: Double]) -> TrainingArguments {
        var changed = self
        for (name, value) in settings {
            switch TunedSetting(rawValue: name) {
            case .factors: changed.factors = Int(value)
            case .regularization: changed.regularization = value
            case .unobservedWeight: changed.unobservedWeight = value
            case .frequencyExponent: changed.frequencyExponent = value
            case .confidenceScale: changed.confidenceScale = value
            case nil: break
            }
        }
        return changed
    }
}
