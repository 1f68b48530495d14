/// What implicit-feedback ALS minimises over user factors x and item factors y.
///
/// Σ over observed (u,i) of the ``confidence`` term + α₀ Σ over all (u,i) of (x_u·y_i)² + Σ_u λ_u ‖x_u‖² + Σ_i λ_i ‖y_i‖²
/// with λ_u = λ (|I_u| + α₀ |I|)^ν over the items I_u of user u, and λ_i likewise over the users of item i. ν = 0 is the
/// constant λ of Hu, Koren and Volinsky; ν = 1 weighs a row's penalty like its data.
///
/// - Source: Rendle, Krichene, Zhang and Koren 2021, "Revisiting the performance of iALS on item recommendation
///   benchmarks", eq. 2–6; Hu, Koren and Volinsky 2008, "Collaborative filtering for implicit feedback datasets", eq. 3.
public struct ImplicitObjective: Sendable, Equatable, Codable {
    /// How an observed value r turns into weight; the target is always 1.
    public enum Confidence: Sendable, Equatable, Codable {
        /// Term (1 − x·y)² whatever r: Rendle et al. 2021.
        case uniform
        /// Term w (1 − x·y)² with w = 1 + α ln r for r ≥ 1 and w = 1 below: repeated purchases count more, with
        /// diminishing returns.
        case logarithmic(alpha: Double)
        /// c (1 − x·y)² in place of α₀ (x·y)², with c = α₀ + α r; with α₀ = 1 the c = 1 + α r of Hu et al. 2008.
        case linear(alpha: Double)
        /// c (1 − x·y)² in place of α₀ (x·y)², with c = α r, as the Python package `implicit` has it; should be ≥ α₀.
        case proportional(alpha: Double)
    }

    /// λ, not negative.
    public var regularization: Double
    /// ν, not negative; 0 for a constant λ.
    public var frequencyExponent: Double
    /// α₀, not negative: the weight of every (user, item) pair's pull towards 0.
    public var unobservedWeight: Double
    /// How observed values count.
    public var confidence: Confidence

    /// An objective with all its settings.
    public init(
        regularization: Double, frequencyExponent: Double, unobservedWeight: Double, confidence: Confidence = .uniform
    ) {
        self.regularization = regularization
        self.frequencyExponent = frequencyExponent
        self.unobservedWeight = unobservedWeight
        self.confidence = confidence
    }

    /// Refuses settings outside their range.
    ///
    /// - Throws: ``FactorizationError/invalidSetting(_:)`` naming the first one.
    public func validate() throws(FactorizationError) {
        let alpha: Double =
            switch confidence {
            case .uniform: 0
            case .logarithmic(let alpha), .linear(let alpha), .proportional(let alpha): alpha
            }
        for (name, value) in [
            ("regularization", regularization), ("frequencyExponent", frequencyExponent),
            ("unobservedWeight", unobservedWeight), ("alpha", alpha),
        ] {
            guard value >= 0, value.isFinite else {
                throw .invalidSetting("\(name) is \(value) but must be finite and ≥ 0")
            }
        }
    }

    /// λ of one row.
    ///
    /// - Parameters:
    ///   - observed: the row's interactions.
    ///   - others: rows of the whole other side.
    public func regularization(observed: Int, others: Int) -> Double {
        regularization * Elementary.pow(Double(observed) + unobservedWeight * Double(others), frequencyExponent)
    }

    /// What an observed value adds to a row's equations: `matrix` · y yᵀ on the left, `target` · y on the right.
    func weights(_ value: Float) -> (matrix: Double, target: Double) {
        switch confidence {
        case .uniform: return (1, 1)
        case .logarithmic(let alpha):
            let weight = value > 1 ? 1 + alpha * Elementary.log(Double(value)) : 1
            return (weight, weight)
        case .linear(let alpha):
            let added = alpha * Double(value)
            return (added, unobservedWeight + added)
        case .proportional(let alpha):
            let confidence = alpha * Double(value)
            return (confidence - unobservedWeight, confidence)
        }
    }

    /// ``weights(_:)`` of many values in single precision; the choice of rule is outside the loop.
    func fillWeights(
        _ values: UnsafePointer<Float>, count: Int, targets: UnsafeMutablePointer<Float>,
        weights: UnsafeMutablePointer<Float>
    ) {
        switch confidence {
        case .linear(let alpha):
            let (alpha, unobserved) = (Float(alpha), Float(unobservedWeight))
            for position in 0..<count {
                weights[position] = alpha * values[position]
                targets[position] = alpha * values[position] + unobserved
            }
        case .proportional(let alpha):
            let (alpha, unobserved) = (Float(alpha), Float(unobservedWeight))
            for position in 0..<count {
                targets[position] = alpha * values[position]
                weights[position] = alpha * values[position] - unobserved
            }
        case .uniform, .logarithmic:
            for position in 0..<count {
                let found = self.weights(values[position])
                targets[position] = Float(found.target)
                weights[position] = Float(found.matrix)
            }
        }
    }
}
