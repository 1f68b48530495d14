import Analytics
import Millrace

extension TrainingArguments {
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

    /// How it is trained.
    var options: ALSOptions {
        ALSOptions(
            rank: factors, iterations: iterations, seed: UInt64(bitPattern: Int64(seed)), solver: rowSolver,
            precision: transfer)
    }

    /// How rows are solved.
    var rowSolver: RowSolver {
        switch solver {
        case .cholesky: .cholesky
        case .cg: .conjugateGradient(steps: solverSteps)
        case .subspace: .subspace(size: subspaceSize)
        }
    }

    /// Whether some orders are kept from the training to compare its iterations.
    var validates: Bool { patience > 0 }

    /// Whether lists are changed after they were ranked.
    var reranks: Bool { diversity > 0 || categoryCap > 0 || freshness > 0 }

    /// Whether items are listed that nobody has bought yet; a measurement lists nothing.
    var listsNewItems: Bool { newItems == .content && holdout == .none }

    /// What a visit adds to the strength of a pair, by the place of its kind among `kinds`.
    var visitWeights: [Float] { kinds.map { Float(kindWeights[$0] ?? 1) } }

    /// Refuses what each argument alone allows but all together do not.
    ///
    /// - Throws: `PermanentFailure` with the way out.
    func validate() throws {
        guard !kinds.isEmpty else {
            throw PermanentFailure("kinds is empty, so nothing counts as interest  →  name at least \"purchase\"")
        }
        for (kind, weight) in kindWeights.sorted(by: { $0.key < $1.key }) {
            guard kinds.contains(kind) else {
                throw PermanentFailure(
                    "kind_weights names \"\(kind)\", which is not among kinds  →  add it there, or take the weight out")
            }
            guard weight > 0, weight.isFinite else {
                throw PermanentFailure(
                    "the weight of \"\(kind)\" is \(weight)  →  give a positive number, or leave the kind out of kinds")
            }
        }
        if !kindWeights.isEmpty, confidence == .uniform {
            throw PermanentFailure(
                "kind_weights count for nothing with confidence uniform  →  choose linear, proportional or logarithmic")
        }
        if confidence == .proportional, confidenceScale * Double(visitWeights.min() ?? 1) < unobservedWeight {
            throw PermanentFailure(
                "confidence_scale \(confidenceScale) makes an order count less than unobserved_weight \(unobservedWeight) "
                    + "does  →  raise confidence_scale, or choose another confidence")
        }
        if factors > 1, regularization == 0 {
            throw PermanentFailure(
                "regularization 0 leaves the equations of most customers without a unique solution  →  give a positive "
                    + "regularization such as 0.01")
        }
    }
}
