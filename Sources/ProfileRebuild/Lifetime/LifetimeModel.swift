import Analytics
import Foundation

/// What is expected of customers: whether they are still there, how often they will order, and for how much.
///
/// Orders of one UTC day count as one, and times are in days, from the first day with an order to the build's last event.
/// Kept with a build, so that later customers are judged alike.
struct LifetimeModel: Sendable, Equatable, Codable {
    /// Parameters of ``BGNBD``.
    struct Orders: Sendable, Equatable, Codable {
        var r: Double, alpha: Double, a: Double, b: Double
    }

    /// What ``LifetimeOutlook/churnRisk`` is the probability of.
    enum Churn: String, Sendable, Codable {
        /// That the customer has left for good, 1 − P(alive).
        case left
        /// That the customer does not order within the horizon: where the data show hardly anybody leaving, so that the
        /// other would be next to 0 for all.
        case silent
    }

    /// How the money of a day with an order is expected.
    struct Money: Sendable, Equatable, Codable {
        enum Rule: String, Sendable, Codable {
            /// By ``GammaGamma``, from the money of the days after the first.
            case gammaGamma = "gamma-gamma"
            /// The customer's own mean, drawn towards that of all customers as if by one more day of theirs.
            case shrunkenMean = "shrunken-mean"
        }

        var rule: Rule
        /// Parameters of ``GammaGamma``; `nil` for the other rule.
        var p: Double?, q: Double?, gamma: Double?
        /// Mean money of a day with an order, over customers.
        var shopMean: Double
        /// Pearson's correlation of the logarithms of repeat days and of their mean money, over customers with a repeat.
        var correlation: Double?
        /// Why the rule is not gamma-gamma.
        var because: String?

        enum CodingKeys: String, CodingKey {
            case rule, p, q, gamma, correlation, because
            case shopMean = "shop_mean"
        }
    }

    /// `nil` when there was too little to fit it; nothing is expected of anybody then.
    var orders: Orders?
    var churn: Churn?
    var money: Money?
    /// Customers with orders on more than one day.
    var repeatCustomers: Int
    /// Why ``orders`` is missing.
    var because: String?

    enum CodingKeys: String, CodingKey {
        case orders, churn, money, because
        case repeatCustomers = "repeat_customers"
    }
}

/// What is expected of one customer.
struct LifetimeOutlook: Sendable, Equatable {
    /// Probability as ``LifetimeModel/Churn`` says, 0…1.
    let churnRisk: Double
    /// Days with an order within the horizon.
    let expectedOrders: Double
    /// Money within the horizon.
    let expectedValue: Double
}
