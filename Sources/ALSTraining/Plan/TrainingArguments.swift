import Analytics
import Millrace
import Shop

/// What `als-training` can be told; kept with the model.
struct TrainingArguments: Codable, Sendable, Equatable {
    var factors = 64
    var iterations = 15
    var shards = 8
    var regularization = 0.01
    var frequencyExponent = 1.0
    var unobservedWeight = 0.1
    var confidence = ConfidenceRule.uniform
    var confidenceScale = 1.0
    var kinds = [EventKind.purchase.rawValue]
    var topN = 20
    var excludeBought = true
    var holdout = Holdout.none
    var seed = 1

    private enum CodingKeys: String, CodingKey {
        case factors, iterations, shards, regularization, confidence, kinds, holdout, seed
        case frequencyExponent = "frequency_exponent"
        case unobservedWeight = "unobserved_weight"
        case confidenceScale = "confidence_scale"
        case topN = "top_n"
        case excludeBought = "exclude_bought"
    }

    /// How the number of orders turns into weight; see `ImplicitObjective.Confidence`.
    enum ConfidenceRule: String, Codable, Sendable, CaseIterable {
        case uniform, logarithmic, linear, proportional
    }

    /// What is kept out of the training to measure the recommendations by.
    enum Holdout: String, Codable, Sendable, CaseIterable {
        case none
        case lastPurchase = "last-purchase"
    }

    static let schema = ArgumentSchema(
        defaults: TrainingArguments(),
        describing: [
            "factors": .init("Length of a factor vector.", minimum: 1, maximum: 256),
            "iterations": .init("Times that items and users are solved.", minimum: 1, maximum: 1000),
            "shards": .init(
                "Jobs that share each half-iteration; any number gives the same factors.", minimum: 1, maximum: 256),
            "regularization": .init("λ: how strongly factors are pulled to 0.", minimum: 0, maximum: 1e6),
            "frequency_exponent": .init(
                "ν: λ is multiplied by (orders + unobserved_weight × size of the other side)^ν.", minimum: 0, maximum: 2
            ),
            "unobserved_weight": .init(
                "α₀: weight of every pair without an order.", minimum: 0, maximum: 1000),
            "confidence": .init(
                "How repeated orders count: uniform (once), logarithmic (1 + scale · ln n), linear (α₀ + scale · n), "
                    + "proportional (scale · n in place of α₀)."),
            "confidence_scale": .init("Scale of the confidence; not used by uniform.", minimum: 0, maximum: 1e6),
            "kinds": .init(
                "Events that count as interest, each visit or order once.",
                oneOf: [EventKind.purchase, .view, .click, .cart, .review].map(\.rawValue)),
            "top_n": .init("Recommendations per customer, and the k of HR@k and NDCG@k.", minimum: 1, maximum: 1000),
            "exclude_bought": .init("Whether items that a customer has bought are left out."),
            "holdout": .init(
                "last-purchase keeps each customer's last order out, measures against it and serves nothing."),
            "seed": .init("Of the factors that the training starts from."),
        ])

    /// What the training minimises.
    var objective: ImplicitObjective {
        let rule: ImplicitObjective.Confidence =
            switch confidence {
            case .uniform: .uniform
            case .logarithmic: .logarithmic(alpha: confidenceScale)
            case .linear: .linear(alpha: confidenceScale)
            case .proportional: .proportional(alpha: confidenceScale)
            }
        return ImplicitObjective(
            regularization: regularization, frequencyExponent: frequencyExponent, unobservedWeight: unobservedWeight,
            confidence: rule)
    }

    /// Refuses what each argument alone allows but all together do not.
    ///
    /// - Throws: `PermanentFailure` with the way out.
    func validate() throws {
        guard !kinds.isEmpty else {
            throw PermanentFailure("kinds is empty, so nothing counts as interest  →  name at least \"purchase\"")
        }
        if confidence == .proportional, confidenceScale < unobservedWeight {
            throw PermanentFailure(
                "confidence_scale \(confidenceScale) is below unobserved_weight \(unobservedWeight), so an order would "
                    + "count less than none  →  raise confidence_scale, or choose another confidence")
        }
        if factors > 1, regularization == 0 {
            throw PermanentFailure(
                "regularization 0 leaves the equations of most customers without a unique solution  →  give a positive "
                    + "regularization such as 0.01")
        }
    }
}
