import Testing

@testable import Analytics

@Suite("Gamma-gamma")
struct GammaGammaTests {
    /// Customers drawn from the model; gamma variables of whole shapes are sums of exponential ones.
    private func drawn(p: Int, q: Int, gamma: Double, count: Int, seed: UInt64) -> [PurchaseValues] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            let rate = (0..<q).reduce(0.0) { sum, _ in sum + generator.exponential(rate: gamma) }
            let purchases = 1 + generator.integer(below: 6)
            let total = (0..<p * purchases).reduce(0.0) { sum, _ in sum + generator.exponential(rate: rate) }
            return PurchaseValues(purchases: purchases, mean: total / Double(purchases))
        }
    }

    @Test("planted parameters are found again, on any number of threads")
    func planted() throws {
        let customers = drawn(p: 6, q: 4, gamma: 15, count: 20_000, seed: 1)
        let fit = try fitGammaGamma(customers)
        #expect(abs(fit.model.p / 6 - 1) < 0.1 && abs(fit.model.q / 4 - 1) < 0.1 && abs(fit.model.gamma / 15 - 1) < 0.1)
        #expect(abs(try #require(fit.model.meanValue) / 30 - 1) < 0.02)
        #expect(try fitGammaGamma(customers, threads: 3) == fit)
        // Another currency is another γ and nothing else; no point near by is better.
        let cents = customers.map { PurchaseValues(purchases: $0.purchases, mean: 100 * $0.mean) }
        let other = try fitGammaGamma(cents)
        #expect(
            abs(other.model.gamma / (100 * fit.model.gamma) - 1) < 1e-3 && abs(other.model.q / fit.model.q - 1) < 1e-3)
        for (p, q, gamma) in [(1.01, 1.0, 1.0), (0.99, 1, 1), (1, 1.01, 1), (1, 0.99, 1), (1, 1, 1.01), (1, 1, 0.99)] {
            let nearby = logLikelihood(
                customers, p: p * fit.model.p, q: q * fit.model.q, gamma: gamma * fit.model.gamma)
            #expect(nearby < fit.logLikelihood)
        }
        let own = logLikelihood(customers, p: fit.model.p, q: fit.model.q, gamma: fit.model.gamma)
        #expect(abs(own / fit.logLikelihood - 1) < 1e-12)
    }

    /// Σ of Fader and Hardie 2013, eq. 1a, term by term.
    private func logLikelihood(_ customers: [PurchaseValues], p: Double, q: Double, gamma: Double) -> Double {
        customers.reduce(0) { sum, customer in
            let x = Double(customer.purchases)
            let z = customer.mean
            let beta = Elementary.logGamma(p * x + q) - Elementary.logGamma(p * x) - Elementary.logGamma(q)
            return sum + beta + q * Elementary.log(gamma) + (p * x - 1) * Elementary.log(z) + p * x * Elementary.log(x)
                - (p * x + q) * Elementary.log(gamma + x * z)
        }
    }

    @Test("the maximum is where SciPy finds it")
    func scipy() throws {
        // u = points(500, 4, 6), as in CongruentPoints.swift; x = floor(1 + 5 u0); z = 5 + 40 u1 u2 + 20 u3² / x;
        // scipy.optimize.minimize of eq. 1a over the logarithms, method "Nelder-Mead", xatol=1e-10, fatol=1e-14.
        let draws = try congruentPoints(rows: 500, columns: 4, seed: 6)
        let customers = (0..<500).map { row in
            let u = draws[row].map(Double.init)
            let purchases = (1 + 5 * u[0]).rounded(.down)
            return PurchaseValues(
                purchases: Int(purchases), mean: 5 + 40 * u[1] * u[2] + 20 * u[3] * u[3] / purchases)
        }
        let fit = try fitGammaGamma(customers)
        #expect(abs(fit.logLikelihood / -1753.9812247151776 - 1) < 1e-10)
        #expect(abs(fit.model.p / 33.39351692388922 - 1) < 1e-3)
        #expect(abs(fit.model.q / 4.122871504851852 - 1) < 1e-3)
        #expect(abs(fit.model.gamma / 1.6748455385712597 - 1) < 1e-3)
    }

    @Test("the expected value lies between the customer's own mean and that of all")
    func expectation() throws {
        // Parameters of CDNOW's sample: Fader and Hardie 2013.
        let model = try GammaGamma(p: 6.25, q: 3.74, gamma: 15.44)
        let mean = try #require(model.meanValue)
        #expect(abs(mean - 35.22) < 0.01)
        // Two purchases of 22.35 on average: 6.25 × (15.44 + 44.70) / (12.5 + 2.74).
        let value = try #require(try model.expectedValue(PurchaseValues(purchases: 2, mean: 22.35)))
        #expect(abs(value - 24.6637) < 1e-3 && value > 22.35 && value < mean)
        #expect(try model.expectedValue(PurchaseValues(purchases: 0, mean: 0)) == mean)
        let heavy = try GammaGamma(p: 0.4, q: 0.5, gamma: 10)
        #expect(heavy.meanValue == nil)
        #expect(try heavy.expectedValue(PurchaseValues(purchases: 1, mean: 5)) == nil)
        #expect(try heavy.expectedValue(PurchaseValues(purchases: 2, mean: 5)) != nil)
    }

    @Test("customers that cannot be, or that tell nothing, are refused with the way out")
    func refused() throws {
        #expect(throws: LifetimeValueError.noCustomers) { try fitGammaGamma([]) }
        #expect(throws: LifetimeValueError.noCustomers) { try fitGammaGamma([PurchaseValues(purchases: 0, mean: 0)]) }
        for mean in [0, -1, Double.nan, .infinity] {
            #expect(throws: LifetimeValueError.self) { try fitGammaGamma([PurchaseValues(purchases: 1, mean: mean)]) }
        }
        #expect(throws: LifetimeValueError.self) { try fitGammaGamma([PurchaseValues(purchases: -1, mean: 1)]) }
        let alike = [PurchaseValues](repeating: PurchaseValues(purchases: 2, mean: 9), count: 30)
        #expect(throws: LifetimeValueError.degenerate("all 30 customers spend 9.0 on each purchase")) {
            try fitGammaGamma(alike)
        }
        #expect(throws: LifetimeValueError.outOfRange(name: "q", value: -1)) { try GammaGamma(p: 1, q: -1, gamma: 1) }
    }
}
