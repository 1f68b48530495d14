import Analytics
import Foundation
import Shop
import Testing

@testable import ProfileRebuild

@Suite("Churn risk and expected value")
struct LifetimeTests {
    private static let asOf = Planted.moment(day: 400)

    /// A customer with a day of orders at each of some days.
    private func profile(_ days: [Int], value: Double = 20) -> CustomerProfile {
        let measures = CustomerMeasures(
            customer: 1, orders: days.count, orderDays: days.count, monetary: value,
            repeatValue: days.count > 1 ? value : nil, piecesPerOrder: 1, priceLevel: 0.5, returnShare: 0,
            looksPerOrder: 0, evening: 0, night: 0, weekend: 0, giftSeason: 0, isAbroad: false,
            firstOrder: Planted.moment(day: days[0], hour: 9),
            lastOrder: Planted.moment(day: days[days.count - 1], hour: 20),
            categoryShares: [])
        return CustomerProfile(measures, asOf: Self.asOf)
    }

    /// Customers who buy at random times until they leave at random, as BG/NBD has it.
    private func shop(_ count: Int, seed: UInt64, value: (Int, inout SeededGenerator) -> Double) -> [CustomerProfile] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            let rate = generator.exponential(rate: 50)
            let leaving = generator.uniform() * generator.uniform()
            var days = [generator.integer(below: 300)]
            var time = Double(days[0])
            while true {
                time += generator.exponential(rate: rate)
                if time >= 399 { break }
                if Int(time) > days[days.count - 1] { days.append(Int(time)) }
                if generator.uniform() < leaving { break }
            }
            return profile(days, value: value(days.count, &generator))
        }
    }

    @Test("who stayed away longer than usual is at more risk, and what is expected grows with the horizon")
    func order() throws {
        let customers = shop(600, seed: 3) { _, generator in 10 + 40 * generator.uniform() }
        let model = try LifetimeModel(fitting: customers, asOf: Self.asOf, seed: 1)
        #expect(model.orders != nil && model.because == nil)
        let asked = [
            profile([10, 30, 50, 70, 90]), profile([300, 320, 340, 360, 390]), profile([20]), profile([390]),
        ]
        let outlooks = try model.outlooks(of: asked, asOf: Self.asOf, horizonDays: 90).map { try #require($0) }
        #expect(outlooks[0].churnRisk > 0.9)
        #expect(outlooks[1].churnRisk < 0.3)
        // One-time customers: the longer ago, the likelier they have left; BG/NBD alone would say 0 of both.
        #expect(outlooks[2].churnRisk > outlooks[3].churnRisk && outlooks[3].churnRisk > 0)
        #expect(outlooks[1].expectedOrders > 5 * outlooks[0].expectedOrders)
        #expect(outlooks.allSatisfy { (0...1).contains($0.churnRisk) && $0.expectedValue.isFinite })
        let longer = try model.outlooks(of: asked, asOf: Self.asOf, horizonDays: 365).map { try #require($0) }
        #expect(zip(outlooks, longer).allSatisfy { $0.expectedOrders < $1.expectedOrders })
    }

    @Test("the risk of a repeat customer is that of the model, in days")
    func byTheModel() throws {
        let model = LifetimeModel(
            orders: .init(r: 0.243, alpha: 4.414 * 7, a: 0.793, b: 2.426),
            money: .init(rule: .shrunkenMean, shopMean: 30), repeatCustomers: 99)
        let outlook = try #require(
            try model.outlooks(of: [profile([10, 60, 150])], asOf: Self.asOf, horizonDays: 30)[0])
        let reference = try BGNBD(r: 0.243, alpha: 4.414 * 7, a: 0.793, b: 2.426)
        let history = PurchaseHistory(repeats: 2, recency: 140, age: 390)
        #expect(outlook.churnRisk == 1 - (try reference.probabilityActive(history)))
        #expect(outlook.expectedOrders == (try reference.expectedPurchases(of: history, within: 30)))
        // Three days at 20 and one at the shop's 30.
        #expect(abs(outlook.expectedValue - outlook.expectedOrders * 22.5) < 1e-9)
    }

    @Test("where hardly anybody is seen to leave, the risk is that of no order within the horizon")
    func silent() throws {
        // As fitted to Online Retail, where almost nobody leaves.
        let orders = LifetimeModel.Orders(r: 0.823, alpha: 69.3, a: 0.0027, b: 7.68)
        #expect(LifetimeModel.Churn(try BGNBD(r: orders.r, alpha: orders.alpha, a: orders.a, b: orders.b)) == .silent)
        #expect(LifetimeModel.Churn(try BGNBD(r: orders.r, alpha: orders.alpha, a: 0.8, b: 2.4)) == .left)
        let model = LifetimeModel(
            orders: orders, churn: .silent, money: .init(rule: .shrunkenMean, shopMean: 30), repeatCustomers: 99)
        let outlooks = try model.outlooks(
            of: [profile([10]), profile([10, 40, 80, 390])], asOf: Self.asOf, horizonDays: 90
        ).map { try #require($0) }
        let age = orders.alpha + 390
        #expect(outlooks[0].churnRisk == pow(age / (age + 90), orders.r))
        #expect(outlooks[0].churnRisk > outlooks[1].churnRisk)
    }

    @Test("too few customers who came back, or none: nothing is expected, and the model says why", arguments: [0, 29])
    func tooFew(repeats: Int) throws {
        let customers = (0..<200).map { profile($0 < repeats ? [10, 100 + $0] : [10 + $0]) }
        let model = try LifetimeModel(fitting: customers, asOf: Self.asOf, seed: 1)
        #expect(model.orders == nil)
        #expect(try #require(model.because).contains("\(repeats) customers ordered on more than one day"))
        #expect(try model.outlooks(of: customers, asOf: Self.asOf, horizonDays: 90).allSatisfy { $0 == nil })
    }

    @Test("customers so alike that no parameter is told apart: the fit's own reason stands there")
    func degenerate() throws {
        let model = try LifetimeModel(
            fitting: (0..<100).map { _ in profile([10, 20, 30]) }, asOf: Self.asOf, seed: 1)
        #expect(model.orders == nil)
        #expect(try #require(model.because).contains("→"))
    }

    @Test("money that grows with frequency is no case for gamma-gamma; independent money is")
    func correlated() throws {
        let dependent = shop(500, seed: 5) { days, _ in 5 * Double(days) }
        let money = try #require(try LifetimeModel(fitting: dependent, asOf: Self.asOf, seed: 1).money)
        #expect(money.rule == .shrunkenMean)
        #expect(try #require(money.correlation) > 0.9)
        #expect(try #require(money.because).contains("correlated"))

        let free = shop(500, seed: 5) { _, generator in 10 + 40 * generator.uniform() }
        let other = try #require(try LifetimeModel(fitting: free, asOf: Self.asOf, seed: 1).money)
        #expect(other.rule == .gammaGamma)
        let value = try other.expectation()
        // Drawn towards the mean of all, more so with fewer days.
        let (few, many) = (profile([1, 2], value: 48).measures, profile(Array(1...20), value: 48).measures)
        #expect(try value(few) < (try value(many)))
        #expect(try value(many) < 48)
    }
}
