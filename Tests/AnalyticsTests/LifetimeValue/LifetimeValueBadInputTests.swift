import Analytics
import Testing

@Suite("Customer lifetime value on bad input")
struct LifetimeValueBadInputTests {
    private static let usual = (0..<40).map { n in
        PurchaseHistory(repeats: n % 4, recency: n % 4 == 0 ? 0 : Double(5 + n), age: Double(60 + n % 7))
    }

    @Test("numbers that cannot be are refused with the customer's place", arguments: [Double.nan, .infinity, -1])
    func impossible(bad: Double) throws {
        for customer in [
            PurchaseHistory(repeats: 1, recency: bad, age: 5), PurchaseHistory(repeats: 1, recency: 1, age: bad),
        ] {
            let error = #expect(throws: LifetimeValueError.self) { try fitBGNBD(Self.usual + [customer]) }
            guard case .invalidCustomer(40, _)? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        for customer in [PurchaseValues(purchases: 1, mean: bad), PurchaseValues(purchases: -1, mean: 3)] {
            #expect(throws: LifetimeValueError.self) {
                try fitGammaGamma([PurchaseValues(purchases: 2, mean: 4), customer])
            }
        }
        #expect(throws: LifetimeValueError.self) { try BGNBD(r: bad, alpha: 1, a: 1, b: 1) }
        #expect(throws: LifetimeValueError.self) { try GammaGamma(p: 1, q: bad, gamma: 1) }
        let model = try BGNBD(r: 0.24, alpha: 4.4, a: 0.8, b: 2.4)
        #expect(throws: LifetimeValueError.self) { try model.expectedPurchases(within: bad) }
        #expect(throws: LifetimeValueError.self) {
            try model.probabilityActive(PurchaseHistory(repeats: 1, recency: 1, age: bad))
        }
    }

    @Test("empty data, customers who bought once, and customers all alike are refused, not fitted")
    func degenerate() throws {
        #expect(throws: LifetimeValueError.noCustomers) { try fitBGNBD([]) }
        #expect(throws: LifetimeValueError.noCustomers) { try fitGammaGamma([]) }
        #expect(throws: LifetimeValueError.noCustomers) { try fitGammaGamma([PurchaseValues(purchases: 0, mean: 0)]) }
        let once = [PurchaseHistory](repeating: PurchaseHistory(repeats: 0, recency: 0, age: 9), count: 50)
        #expect(throws: LifetimeValueError.self) { try fitBGNBD(once) }
        let alike = [PurchaseHistory](repeating: PurchaseHistory(repeats: 3, recency: 9, age: 9), count: 50)
        do {
            let fit = try fitBGNBD(alike)
            #expect(
                [fit.model.r, fit.model.alpha, fit.model.a, fit.model.b, fit.logLikelihood].allSatisfy { $0.isFinite })
        } catch is LifetimeValueError {}
        let same = [PurchaseValues](repeating: PurchaseValues(purchases: 2, mean: 5), count: 50)
        #expect(throws: LifetimeValueError.self) { try fitGammaGamma(same) }
    }

    @Test("magnitudes at the ends of a double are an error, never NaN")
    func extremes() throws {
        let old = PurchaseHistory(repeats: 2, recency: 1e308, age: 1.7e308)
        #expect(throws: LifetimeValueError.self) { try fitBGNBD([old, old] + Self.usual) }
        #expect(throws: LifetimeValueError.self) {
            try fitGammaGamma([
                PurchaseValues(purchases: 1, mean: 1.7e308), PurchaseValues(purchases: 2, mean: 1.6e308),
            ])
        }
        #expect(throws: LifetimeValueError.self) {
            try fitGammaGamma([PurchaseValues(purchases: 1, mean: 1e-300), PurchaseValues(purchases: 2, mean: 1e300)])
        }
        for parameters in [(1e300, 1e308, 1e300, 1e300), (1e-300, 1e-300, 1e-300, 1e-300), (1, 1.7e308, 1, 1)] {
            let model = try BGNBD(r: parameters.0, alpha: parameters.1, a: parameters.2, b: parameters.3)
            for customer in [old, PurchaseHistory(repeats: .max, recency: 5, age: 6), Self.usual[3]] {
                // An error is fine, a number that is none is not.
                let active: Result<Double, LifetimeValueError> = Result { () throws(LifetimeValueError) in
                    try model.probabilityActive(customer)
                }
                let purchases: Result<Double, LifetimeValueError> = Result { () throws(LifetimeValueError) in
                    try model.expectedPurchases(of: customer, within: 10)
                }
                for outcome in [active, purchases] {
                    guard case .success(let value) = outcome else { continue }
                    #expect(value.isFinite, "\(parameters) \(customer)")
                }
            }
        }
        let values = try GammaGamma(p: 6, q: 4, gamma: 15)
        #expect(throws: LifetimeValueError.self) {
            try values.expectedValue(PurchaseValues(purchases: .max, mean: 1.7e308))
        }
        #expect(try values.expectedValue(PurchaseValues(purchases: 0, mean: 0)) == values.meanValue)
    }
}
