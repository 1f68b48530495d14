import Analytics
import Foundation
import Shop

extension LifetimeModel {
    /// The fewest customers with a repeat that a model is fitted to.
    static let fewestRepeatCustomers = 30
    /// The most customers that the likelihood is formed of: a seeded sample of more.
    static let mostFitted = 100_000
    /// The correlation of frequency and money from which gamma-gamma's independence is not believed.
    static let mostCorrelation = 0.3

    /// The mean probability of leaving after a purchase, a / (a + b), below which hardly anybody is seen to leave.
    static let leastLeaving = 0.01

    /// Fits BG/NBD and, where money is independent of frequency, gamma-gamma.
    ///
    /// With too few repeats, or data that let no model be fitted, it says so in ``because`` and has no parameters.
    ///
    /// - Parameters:
    ///   - seed: of the sample.
    ///   - check: called often; what it throws ends the fit.
    /// - Source: Fader, Hardie and Lee 2005; that money must be independent of frequency, Fader and Hardie 2013.
    init(
        fitting profiles: [CustomerProfile], asOf: Timestamp, seed: UInt64, check: () throws -> Void = {}
    ) throws {
        var generator = SeededGenerator(seed: seed)
        let sample = generator.sample(Self.mostFitted, of: profiles.count).map { profiles[$0].measures }
        repeatCustomers = profiles.count { $0.measures.orderDays > 1 }
        guard sample.count(where: { $0.orderDays > 1 }) >= Self.fewestRepeatCustomers else {
            because =
                "\(repeatCustomers) customers ordered on more than one day; \(Self.fewestRepeatCustomers) are needed"
            return
        }
        do {
            let model = try fitBGNBD(sample.map { $0.purchaseHistory(asOf: asOf) }, check: check).model
            orders = Orders(r: model.r, alpha: model.alpha, a: model.a, b: model.b)
            churn = Churn(model)
            money = try Money(fitting: sample, check: check)
        } catch let error as LifetimeValueError {
            because = error.description
        }
    }
}

extension LifetimeModel.Churn {
    /// What the model's risk can be of.
    init(_ model: BGNBD) {
        self = model.a / (model.a + model.b) < LifetimeModel.leastLeaving ? .silent : .left
    }
}

extension LifetimeModel.Money {
    init(fitting customers: [CustomerMeasures], check: () throws -> Void) throws {
        shopMean = customers.reduce(0) { $0 + $1.meanDayValue } / Double(customers.count)
        let values = customers.compactMap { customer in
            customer.repeatValue.map { PurchaseValues(purchases: customer.orderDays - 1, mean: $0) }
        }
        correlation = Self.correlation(
            values.map { log(Double($0.purchases)) }, values.map { log($0.mean) })
        rule = .shrunkenMean
        if let correlation, abs(correlation) > LifetimeModel.mostCorrelation {
            because = String(
                format: "money and frequency are correlated (%.2f, at most %.2f is taken for independent)", correlation,
                LifetimeModel.mostCorrelation)
            return
        }
        do {
            let model = try fitGammaGamma(values, check: check).model
            guard model.meanValue != nil else {
                because = "gamma-gamma has no mean with q = \(model.q)"
                return
            }
            (rule, p, q, gamma) = (.gammaGamma, model.p, model.q, model.gamma)
        } catch let error as LifetimeValueError {
            because = error.description
        }
    }

    /// Pearson's correlation; `nil` where one side does not vary.
    private static func correlation(_ left: [Double], _ right: [Double]) -> Double? {
        let (x, y) = (Moments(of: left), Moments(of: right))
        let spread = (x.populationVariance * y.populationVariance).squareRoot()
        guard spread > 1e-12 else { return nil }
        let products = zip(left, right).reduce(0) { $0 + ($1.0 - x.mean) * ($1.1 - y.mean) }
        return products / Double(left.count) / spread
    }
}

extension CustomerMeasures {
    /// Days with an order, in whole days; the end of observation is the day of the last event of all.
    func purchaseHistory(asOf: Timestamp) -> PurchaseHistory {
        PurchaseHistory(
            repeats: orderDays - 1, recency: Double(lastOrder.day - firstOrder.day),
            age: Double(asOf.day - firstOrder.day))
    }

    /// Mean money of a day with an order, returns taken off.
    var meanDayValue: Double { monetary * Double(orders) / Double(orderDays) }
}
