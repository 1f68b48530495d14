import Analytics
import Foundation
import Shop

extension LifetimeModel {
    /// What is expected of each customer within a horizon; `nil` for all without a model of orders.
    ///
    /// BG/NBD lets nobody leave before the first repeat, so it is sure of every customer with one day of orders. Of these
    /// the risk is told by the odds of its variant in which a customer may leave after the first purchase too:
    /// a / b × ((α + T) / α)^r.
    ///
    /// Where the data show hardly anybody leaving, the model is that of purchases without an end (NBD), and the risk is told
    /// as its probability of no purchase within the horizon: ((α + T) / (α + T + h))^(r + x).
    ///
    /// - Parameters:
    ///   - horizonDays: how far to look ahead.
    ///   - check: called often; what it throws ends the work.
    /// - Source: Fader, Hardie and Lee 2005; Ehrenberg 1959 for NBD; for one-time customers Batislam, Denizel and Filiztekin 2007, eq. for P(alive).
    func outlooks(
        of profiles: [CustomerProfile], asOf: Timestamp, horizonDays: Double, check: () throws -> Void = {}
    ) throws -> [LifetimeOutlook?] {
        guard let orders, let money else { return profiles.map { _ in nil } }
        let model = try BGNBD(r: orders.r, alpha: orders.alpha, a: orders.a, b: orders.b)
        let value = try money.expectation()
        return try profiles.enumerated().map { index, profile in
            if index.isMultiple(of: 4096) { try check() }
            let history = profile.measures.purchaseHistory(asOf: asOf)
            let expected = max(0, try model.expectedPurchases(of: history, within: horizonDays))
            return LifetimeOutlook(
                churnRisk: try churnRisk(of: history, model, horizonDays), expectedOrders: expected,
                expectedValue: expected * (try value(profile.measures)))
        }
    }

    private func churnRisk(of history: PurchaseHistory, _ model: BGNBD, _ horizonDays: Double) throws -> Double {
        if churn == .silent {
            let age = model.alpha + history.age
            return pow(age / (age + horizonDays), model.r + Double(history.repeats))
        }
        guard history.repeats == 0 else { return 1 - (try model.probabilityActive(history)) }
        let odds = model.a / model.b * pow((model.alpha + history.age) / model.alpha, model.r)
        return 1 - 1 / (1 + odds)
    }
}

extension LifetimeModel.Money {
    /// The money to be expected of a customer's day with an order, in the shop's currency.
    func expectation() throws -> (CustomerMeasures) throws -> Double {
        let shrunken = { (customer: CustomerMeasures) in
            let days = Double(customer.orderDays)
            return (customer.meanDayValue * days + shopMean) / (days + 1)
        }
        guard rule == .gammaGamma, let p, let q, let gamma else { return shrunken }
        let model = try GammaGamma(p: p, q: q, gamma: gamma)
        return { customer in
            let values = PurchaseValues(purchases: customer.orderDays - 1, mean: customer.repeatValue ?? 0)
            return try model.expectedValue(values) ?? shrunken(customer)
        }
    }
}
