/// A model with how well it fits.
public struct GammaGammaFit: Sendable, Equatable {
    /// The model of greatest likelihood.
    public let model: GammaGamma
    /// Σ of the customers' log-likelihoods.
    public let logLikelihood: Double
    /// How often the likelihood was computed.
    public let evaluations: Int
}

/// Fits the gamma-gamma model by maximum likelihood.
///
/// - Parameters:
///   - customers: those without purchases are left out.
///   - threads: how many share the work, at least 1; the fit does not depend on it.
///   - check: called before each evaluation of the likelihood; what it throws ends the fit.
/// - Throws: ``LifetimeValueError``: for no customers with purchases, numbers that cannot be, customers so alike that a
///   parameter runs away, or a search that does not come to rest; what `check` throws.
/// - Source: Fader and Hardie 2013, eq. 1a.
public func fitGammaGamma(
    _ customers: [PurchaseValues], threads: Int = 1, check: () throws -> Void = {}
) throws -> GammaGammaFit {
    for (index, customer) in customers.enumerated() { try customer.validate(index: index) }
    let buyers = customers.filter { $0.purchases > 0 }
    guard let first = buyers.first else { throw LifetimeValueError.noCustomers }
    guard buyers.contains(where: { $0.mean != first.mean }) else {
        throw LifetimeValueError.degenerate("all \(buyers.count) customers spend \(first.mean) on each purchase")
    }
    let scale = buyers.reduce(0) { $0 + $1.mean } / Double(buyers.count)
    let counts = buyers.map { Double($0.purchases) }
    let logCounts = counts.map { Elementary.log($0) }
    let means = buyers.map { $0.mean / scale }
    guard scale.isFinite, let least = means.min(), least > 0 else {
        throw LifetimeValueError.outOfRange(name: "the mean value over customers", value: scale)
    }
    let logMeans = means.map { Elementary.log($0) }
    let blocks = PointBlocks(rows: buyers.count)
    let likelihood = { @Sendable (p: Double, q: Double, gamma: Double) throws -> Double in
        let constant = q * Elementary.log(gamma) - Elementary.logGamma(q)
        let parts = SharedArray(repeating: 0.0, count: blocks.count)
        try inParallel(threads: threads, pieces: blocks.count) {
        } body: { _, block in
            var sum = 0.0
            for index in blocks[block] {
                let shape = p * counts[index]
                let total = counts[index] * means[index]
                sum += constant + Elementary.logGamma(shape + q) - Elementary.logGamma(shape)
                sum += shape * (logCounts[index] + logMeans[index]) - logMeans[index]
                sum -= (shape + q) * Elementary.log(gamma + total)
            }
            parts.base[block] = sum
        }
        return parts.array.reduce(0, +)
    }
    let found = try minimizeBySimplex(from: [0, 0.7, 0]) { logarithms in
        try check()
        guard logarithms.allSatisfy({ $0.magnitude < 25 }) else { return .infinity }
        let values = logarithms.map { Elementary.exp($0) }
        return -(try likelihood(values[0], values[1], values[2])) / Double(buyers.count)
    }
    for (name, value) in zip(["p", "q", "gamma"], found.point) where value.magnitude > 9 {
        throw LifetimeValueError.degenerate(
            "the likelihood of \(buyers.count) customers grows while \(name) goes to \(value > 0 ? "infinity" : "0")")
    }
    guard found.converged else { throw LifetimeValueError.notConverged(evaluations: found.evaluations) }
    let values = found.point.map { Elementary.exp($0) }
    return GammaGammaFit(
        model: try GammaGamma(p: values[0], q: values[1], gamma: values[2] * scale),
        logLikelihood: try likelihood(values[0], values[1], values[2])
            - Double(buyers.count) * Elementary.log(scale),
        evaluations: found.evaluations)
}
