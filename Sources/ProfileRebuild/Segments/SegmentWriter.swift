/// Puts segments into plain English and Chinese, from their figures alone.
struct SegmentWriter: Sendable {
    let figures: PlainFigures

    /// How many standard deviations away a mean must lie to be told as a trait.
    static let leastTrait = 0.35
    /// And how many to be part of the name.
    static let leastNamed = 0.6
    /// Pieces of a mean order from which large orders are wholesale.
    static let wholesalePieces = 50.0

    /// Share of customers with one order, before Christmas, from which a segment is one of gift buyers.
    static let giftBuyerShare = 0.6

    /// - Parameter currency: ISO 4217; empty where unknown.
    init(currency: String) { figures = PlainFigures(currency: currency) }

    /// The row of a segment that has a name.
    func segment(number: Int, name: Bilingual, _ segment: SegmentFigures) -> CustomerSegment {
        let traits = segment.strongest.filter { abs(segment.score($0)) >= Self.leastTrait }
        var averages = Dictionary(uniqueKeysWithValues: segment.means.map { ($0.key.name, $0.value) })
        averages["one_order_share"] = segment.oneOrderShare
        averages["revenue_share"] = segment.revenueShare
        if let outlook = segment.outlook {
            averages["churn_risk"] = outlook.churnRisk
            averages["expected_orders"] = outlook.expectedOrders
            averages["expected_value"] = outlook.expectedValue
        }
        return CustomerSegment(
            number: number, name: name.english, nameZh: name.chinese, description: summary(of: segment, traits: traits),
            descriptionZh: chineseSummary(of: segment, traits: traits),
            stage: stage(of: segment).customers, customers: segment.customers, share: segment.share, averages: averages,
            traits: traits.map { feature in
                SegmentTrait(
                    feature: feature.name, z: segment.score(feature),
                    text: text(of: feature, in: segment), textZh: chineseText(of: feature, in: segment))
            })
    }

    /// `Ordered once, £310 an order, last 243 days ago on average; 12% of the customers and 4.0% of the sales. What else
    /// sets them apart: …`
    private func summary(of segment: SegmentFigures, traits: [ModelFeature]) -> String {
        let once = segment.oneOrderShare
        let count = PlainFigures.count(segment.mean(.orders))
        let times = count == "1" ? "once on average" : "\(count) times"
        let orders =
            switch once {
            case 0.995...: "Ordered once"
            case 0.5...:
                "Ordered \(times) (\(PlainFigures.percent(once)) only once)"
            default: "Ordered \(times)"
            }
        let money = figures.money(segment.mean(.orderValue))
        let last = PlainFigures.days(segment.mean(.recencyDays))
        var text = "\(orders), \(money) an order, last \(last) ago on average"
        text += "; \(PlainFigures.percent(segment.share)) of the customers"
        text += " and \(PlainFigures.percent(segment.revenueShare)) of the sales."
        if let outlook = segment.outlook {
            text += " Churn risk \(PlainFigures.percent(outlook.churnRisk)), each is expected to bring "
            text += "\(figures.money(outlook.expectedValue)) in the next \(PlainFigures.days(segment.horizonDays))."
        }
        let others = tellingTraits(of: segment, among: traits).map { self.text(of: $0, in: segment) }
        if !others.isEmpty { text += " What else sets them apart: " + others.joined(separator: "; ") + "." }
        return text
    }

    /// What a description tells besides its first sentence, which has told of recency, orders and money already.
    func tellingTraits(of segment: SegmentFigures, among traits: [ModelFeature]) -> [ModelFeature] {
        let told: Set<ModelFeature> = [.recencyDays, .orders, .orderValue]
        return Array(segment.mostTelling.filter { traits.contains($0) && !told.contains($0) }.prefix(3))
    }

    /// A feature in words, with the segment's figure and that of all customers.
    func text(of feature: ModelFeature, in segment: SegmentFigures) -> String {
        let own = segment.mean(feature)
        let all = segment.shopMeans[feature] ?? own
        func told(_ figure: (Double) -> String, _ words: (String) -> String) -> String {
            "\(words(figure(own))) (all customers: \(figure(all)))"
        }
        return switch feature {
        case .recencyDays: told(PlainFigures.days) { "last order \($0) ago" }
        case .orders: told(PlainFigures.count) { "\($0) orders" }
        case .tenureDays: told(PlainFigures.days) { "first order \($0) ago" }
        case .orderValue: told(figures.money) { "\($0) an order" }
        case .piecesPerOrder: told(PlainFigures.count) { "\($0) pieces an order" }
        case .priceLevel:
            told(PlainFigures.percent) { "pays more than \($0) of the prices in the category" }
        case .returnShare: told(PlainFigures.percent) { "\($0) of the lines sent back" }
        case .looksPerOrder: told(PlainFigures.count) { "\($0) things looked at for each order" }
        case .evening: told(PlainFigures.percent) { "\($0) of the orders in the evening" }
        case .night: told(PlainFigures.percent) { "\($0) of the orders at night" }
        case .weekend: told(PlainFigures.percent) { "\($0) of the orders at weekends" }
        case .oneTimeGift: told(PlainFigures.percent) { "\($0) ordered once only, in the weeks before Christmas" }
        case .abroad: told(PlainFigures.percent) { "\($0) live abroad" }
        case .category(let category):
            told(PlainFigures.percent) { "\($0) of the money spent on \(category)" }
        }
    }
}
