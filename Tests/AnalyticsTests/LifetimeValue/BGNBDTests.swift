import Foundation
import Testing

@testable import Analytics

@Suite("BG/NBD")
struct BGNBDTests {
    /// The customers of cdnow-summary.csv beside this file.
    static func cdnow() throws -> [PurchaseHistory] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "cdnow-summary.csv")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("#") && !$0.hasPrefix("frequency") }
            .map { line in
                let fields = line.split(separator: ",")
                return PurchaseHistory(
                    repeats: try #require(Int(fields[0])), recency: try #require(Double(fields[1])),
                    age: try #require(Double(fields[2])))
            }
    }

    @Test("the published parameters of CDNOW are found", arguments: [1, 3])
    func published(threads: Int) throws {
        let customers = try Self.cdnow()
        #expect(customers.count == 2357)
        let fit = try fitBGNBD(customers, threads: threads)
        // Fader, Hardie and Lee 2005, table 2.
        for (value, expected) in [
            (fit.model.r, 0.243), (fit.model.alpha, 4.414), (fit.model.a, 0.793), (fit.model.b, 2.426),
        ] {
            #expect(abs(value / expected - 1) < 0.01)
        }
        #expect(abs(fit.logLikelihood - -9582.4) < 0.1)
        #expect(try fit == fitBGNBD(customers))
    }

    @Test("expected purchases and the probability of being active agree with SciPy's hypergeometric function")
    func expectations() throws {
        // E and P from the paper's formulas with scipy.special.hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + T + t)).
        let model = try BGNBD(r: 0.243, alpha: 4.414, a: 0.793, b: 2.426)
        for (customer, long, active, short) in [
            (
                PurchaseHistory(repeats: 2, recency: 30.43, age: 38.86), 1.226028174767135, 0.726578570080673,
                0.037447969741733936
            ),
            (PurchaseHistory(repeats: 0, recency: 0, age: 38.86), 0.19509805201125396, 1, 0.005595657889482763),
            (
                PurchaseHistory(repeats: 26, recency: 31, age: 31.86), 19.93988444260202, 0.9485219167850115,
                0.6793353680848307
            ),
            (
                PurchaseHistory(repeats: 7, recency: 3, age: 20), 0.015366066726492844, 0.0018908118962572991,
                0.000553750879903628
            ),
        ] {
            #expect(abs(try model.expectedPurchases(of: customer, within: 39) / long - 1) < 1e-9)
            #expect(abs(try model.expectedPurchases(of: customer, within: 1) / short - 1) < 1e-9)
            #expect(abs(try model.probabilityActive(customer) / active - 1) < 1e-9)
            #expect(try model.expectedPurchases(of: customer, within: 0) == 0)
        }
        #expect(abs(try model.expectedPurchases(within: 52) / 1.446050595396398 - 1) < 1e-9)
    }

    @Test("nothing jumps where a is 1, where a + b is 1, or for very many purchases")
    func continuity() throws {
        let customer = PurchaseHistory(repeats: 3, recency: 20, age: 30)
        let values = try [1 - 1e-7, 1, 1 + 1e-7].map {
            try BGNBD(r: 0.5, alpha: 4, a: $0, b: 2).expectedPurchases(of: customer, within: 30)
        }
        #expect(abs(values[0] / values[1] - 1) < 1e-6 && abs(values[2] / values[1] - 1) < 1e-6)
        let none = PurchaseHistory(repeats: 0, recency: 0, age: 30)
        let poles = try [0.3 - 1e-7, 0.3, 0.3 + 1e-7].map {
            try BGNBD(r: 0.5, alpha: 4, a: 0.7, b: $0).expectedPurchases(of: none, within: 30)
        }
        #expect(abs(poles[0] / poles[1] - 1) < 1e-6 && abs(poles[2] / poles[1] - 1) < 1e-6)
        let model = try BGNBD(r: 0.243, alpha: 4.414, a: 0.793, b: 2.426)
        let eager = PurchaseHistory(repeats: 5000, recency: 52, age: 52)
        let expected = try model.expectedPurchases(of: eager, within: 10)
        #expect(expected > 700 && expected < 890)
        let lost = PurchaseHistory(repeats: 5000, recency: 10, age: 52)
        #expect(try model.probabilityActive(lost) == 0 && model.expectedPurchases(of: lost, within: 10) == 0)
    }

    @Test("planted parameters are found again, and the purchases that follow are foretold")
    func planted() throws {
        var generator = SeededGenerator(seed: 4)
        let truth = try BGNBD(r: 1, alpha: 8, a: 1, b: 4)
        var customers: [PurchaseHistory] = []
        var later = 0
        for _ in 0..<20_000 {
            // r = 1: an exponential rate; a = 1: p = 1 − U^(1/b).
            let rate = generator.exponential(rate: truth.alpha)
            let leaving = 1 - Elementary.pow(generator.uniform(), 1 / truth.b)
            let age = 20 + 32 * generator.uniform()
            var customer = PurchaseHistory(repeats: 0, recency: 0, age: age)
            var time = generator.exponential(rate: rate)
            while time < age + 26 {
                if time <= age {
                    customer.repeats += 1
                    customer.recency = time
                } else {
                    later += 1
                }
                if generator.uniform() < leaving { break }
                time += generator.exponential(rate: rate)
            }
            customers.append(customer)
        }
        let model = try fitBGNBD(customers, threads: 2).model
        #expect(abs(model.r / truth.r - 1) < 0.1 && abs(model.alpha / truth.alpha - 1) < 0.1)
        let mean = model.a / (model.a + model.b)
        #expect(abs(mean / 0.2 - 1) < 0.1)
        let foretold = try customers.reduce(0.0) { try $0 + model.expectedPurchases(of: $1, within: 26) }
        #expect(abs(foretold / Double(later) - 1) < 0.05)
        // Another unit of time is another α and nothing else.
        let days = customers.map { PurchaseHistory(repeats: $0.repeats, recency: 7 * $0.recency, age: 7 * $0.age) }
        let inDays = try fitBGNBD(days, threads: 2).model
        #expect(abs(inDays.alpha / (7 * model.alpha) - 1) < 1e-3 && abs(inDays.r / model.r - 1) < 1e-3)
    }

    @Test("customers that cannot be, or that tell nothing, are refused with the way out")
    func refused() throws {
        #expect(throws: LifetimeValueError.noCustomers) { try fitBGNBD([]) }
        for bad in [
            PurchaseHistory(repeats: 1, recency: 5, age: 4), PurchaseHistory(repeats: 0, recency: 1, age: 4),
            PurchaseHistory(repeats: -1, recency: 0, age: 4), PurchaseHistory(repeats: 1, recency: .nan, age: 4),
            PurchaseHistory(repeats: 1, recency: 1, age: .infinity), PurchaseHistory(repeats: 2, recency: 0, age: 4),
        ] {
            #expect(throws: LifetimeValueError.self) {
                try fitBGNBD([PurchaseHistory(repeats: 1, recency: 1, age: 2), bad])
            }
            #expect(throws: LifetimeValueError.self) {
                try BGNBD(r: 1, alpha: 1, a: 1, b: 1).probabilityActive(bad)
            }
        }
        let once = [PurchaseHistory](repeating: PurchaseHistory(repeats: 0, recency: 0, age: 10), count: 50)
        #expect(throws: LifetimeValueError.degenerate("nobody of 50 customers bought twice")) { try fitBGNBD(once) }
        // All alike: the rates have no spread, so r and α run away.
        let alike = [PurchaseHistory](repeating: PurchaseHistory(repeats: 5, recency: 10, age: 10), count: 50)
        #expect(throws: LifetimeValueError.self) { try fitBGNBD(alike) }
        #expect(throws: LifetimeValueError.outOfRange(name: "a", value: 0)) {
            try BGNBD(r: 1, alpha: 1, a: 0, b: 1)
        }
        #expect(throws: LifetimeValueError.self) {
            try BGNBD(r: 1, alpha: 1, a: 1, b: 1).expectedPurchases(within: -1)
        }
        #expect(LifetimeValueError.noCustomers.description.contains("→"))
    }

    @Test("the logarithm of the gamma function is right to fourteen digits")
    func logGamma() {
        // Half-integers, and factorials.
        #expect(abs(Elementary.logGamma(0.5) - 0.5723649429247001) < 1e-14)
        #expect(abs(Elementary.logGamma(1)) < 1e-14 && abs(Elementary.logGamma(2)) < 1e-14)
        #expect(abs(Elementary.logGamma(171) / 706.5730622457874 - 1) < 1e-14)
        #expect(abs(Elementary.logGamma(1e-8) / 18.420680738180209 - 1) < 1e-14)
        #expect(abs(Elementary.logGamma(1e6) / 12815504.569147611 - 1) < 1e-14)
        for x in stride(from: 0.05, to: 30, by: 0.37) {
            let step = Elementary.logGamma(x + 1) - Elementary.logGamma(x) - Elementary.log(x)
            #expect(abs(step) < 1e-13 * max(1, abs(Elementary.logGamma(x))))
        }
        #expect(Elementary.logGamma(0) == .infinity && Elementary.logGamma(-1.5).isNaN)
    }
}
