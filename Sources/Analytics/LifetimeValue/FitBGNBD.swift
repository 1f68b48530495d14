/// A model with how well it fits.
public struct BGNBDFit: Sendable, Equatable {
    /// The model of greatest likelihood.
    public let model: BGNBD
    /// Σ of the customers' log-likelihoods.
    public let logLikelihood: Double
    /// How often the likelihood was computed.
    public let evaluations: Int
}

/// Fits BG/NBD by maximum likelihood.
///
/// - Parameters:
///   - customers: histories, some of them with repeat purchases.
///   - threads: how many share the work, at least 1; the fit does not depend on it.
///   - check: called before each evaluation of the likelihood; what it throws ends the fit.
/// - Throws: ``LifetimeValueError``: for no customers, numbers that cannot be, customers of whom nobody bought twice,
///   customers so alike that a parameter runs away, or a search that does not come to rest; what `check` throws.
/// - Source: Fader, Hardie and Lee 2005, eq. 6, in the logarithms of their note on the model's implementation.
public func fitBGNBD(
    _ customers: [PurchaseHistory], threads: Int = 1, check: () throws -> Void = {}
) throws -> BGNBDFit {
    guard !customers.isEmpty else { throw LifetimeValueError.noCustomers }
    for (index, customer) in customers.enumerated() { try customer.validate(index: index) }
    guard customers.contains(where: { $0.repeats > 0 }) else {
        throw LifetimeValueError.degenerate("nobody of \(customers.count) customers bought twice")
    }
    let scale = customers.reduce(0) { $0 + $1.age } / Double(customers.count)
    guard scale.isFinite else { throw LifetimeValueError.outOfRange(name: "the mean age", value: scale) }
    let likelihood = BGNBDLikelihood(customers, timeScale: scale, threads: threads)
    let found = try minimizeBySimplex(from: [0, 0, 0, 0]) { logarithms in
        try check()
        // Far beyond what is told apart below.
        guard logarithms.allSatisfy({ $0.magnitude < 25 }) else { return .infinity }
        return -(try likelihood.mean(logarithms.map { Elementary.exp($0) }))
    }
    for (name, value) in zip(["r", "alpha", "a", "b"], found.point) where value.magnitude > 9 {
        throw LifetimeValueError.degenerate(
            "the likelihood of \(customers.count) customers grows while \(name) goes to \(value > 0 ? "infinity" : "0")"
        )
    }
    guard found.converged else { throw LifetimeValueError.notConverged(evaluations: found.evaluations) }
    let values = found.point.map { Elementary.exp($0) }
    return BGNBDFit(
        model: try BGNBD(r: values[0], alpha: values[1] * scale, a: values[2], b: values[3]),
        logLikelihood: try likelihood.total(values), evaluations: found.evaluations)
}

/// The log-likelihood of customers, equal ones put together.
private final class BGNBDLikelihood: Sendable {
    private struct Group {
        let repeats: Double
        /// Place of the number of repeats among the different ones.
        let kind: Int
        let recency: Double
        let age: Double
        let customers: Double
    }

    private let groups: [Group]
    /// Different numbers of repeats.
    private let kinds: [Double]
    private let customers: Double
    private let repeats: Double
    private let timeScale: Double
    private let threads: Int

    init(_ customers: [PurchaseHistory], timeScale: Double, threads: Int) {
        var places: [PurchaseHistory: Int] = [:]
        var counts: [(customer: PurchaseHistory, count: Int)] = []
        for customer in customers {
            if let place = places[customer] {
                counts[place].count += 1
            } else {
                places[customer] = counts.count
                counts.append((customer, 1))
            }
        }
        let different = Set(customers.map(\.repeats)).sorted()
        let kindOf = Dictionary(uniqueKeysWithValues: different.enumerated().map { ($1, $0) })
        groups = counts.map { customer, count in
            Group(
                repeats: Double(customer.repeats), kind: kindOf[customer.repeats] ?? 0,
                recency: customer.recency / timeScale, age: customer.age / timeScale, customers: Double(count))
        }
        kinds = different.map(Double.init)
        self.customers = Double(customers.count)
        repeats = customers.reduce(0) { $0 + Double($1.repeats) }
        self.timeScale = timeScale
        self.threads = threads
    }

    /// The mean over customers, times in units of the scale.
    func mean(_ parameters: [Double]) throws -> Double { try sum(parameters) / customers }

    /// The sum over customers, times in their own unit: each repeat purchase has a density per unit of time.
    func total(_ parameters: [Double]) throws -> Double {
        try sum(parameters) - repeats * Elementary.log(timeScale)
    }

    private func sum(_ parameters: [Double]) throws -> Double {
        let (r, alpha, a, b) = (parameters[0], parameters[1], parameters[2], parameters[3])
        // What depends on the number of repeats only: Γ(r + x) / Γ(r) αʳ B(a, b + x) / B(a, b)
        let whole = -Elementary.logGamma(r) + r * Elementary.log(alpha) + Elementary.logGamma(a + b)
        let constant = whole - Elementary.logGamma(b)
        let byKind = kinds.map { x in
            constant + Elementary.logGamma(r + x) + Elementary.logGamma(b + x) - Elementary.logGamma(a + b + x)
        }
        let leaving = kinds.map { x in x > 0 ? Elementary.log(a / (b + x - 1)) : 0 }
        let blocks = PointBlocks(rows: groups.count)
        let parts = SharedArray(repeating: 0.0, count: blocks.count)
        try inParallel(threads: threads, pieces: blocks.count) {
        } body: { _, block in
            var sum = 0.0
            for group in self.groups[blocks[block]] {
                let exponent = r + group.repeats
                let active = -exponent * Elementary.log(alpha + group.age)
                var value = byKind[group.kind] + active
                if group.repeats > 0 {
                    let left = leaving[group.kind] - exponent * Elementary.log(alpha + group.recency)
                    let larger = max(active, left)
                    let smaller = min(active, left)
                    value += larger - active + Elementary.log(1 + Elementary.exp(smaller - larger))
                }
                sum += group.customers * value
            }
            parts.base[block] = sum
        }
        return parts.array.reduce(0, +)
    }

}
