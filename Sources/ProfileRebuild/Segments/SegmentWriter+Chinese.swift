extension SegmentWriter {
    /// 仅下单一次，…: the same as the English description.
    func chineseSummary(of segment: SegmentFigures, traits: [ModelFeature]) -> String {
        let once = segment.oneOrderShare
        let count = PlainFigures.count(segment.mean(.orders))
        let orders =
            switch once {
            case 0.995...: "只下过一次单"
            case 0.5...: "平均下单 \(count) 次（\(PlainFigures.percent(once))只下过一次）"
            default: "平均下单 \(count) 次"
            }
        var text = "\(orders)，每单 \(figures.money(segment.mean(.orderValue)))，"
        text += "上次下单平均在 \(PlainFigures.whole(segment.mean(.recencyDays))) 天前；"
        text += "占顾客的 \(PlainFigures.percent(segment.share))，占销售额的 \(PlainFigures.percent(segment.revenueShare))。"
        if let outlook = segment.outlook {
            text += "流失风险 \(PlainFigures.percent(outlook.churnRisk))，"
            text += "预计今后 \(PlainFigures.whole(segment.horizonDays)) 天人均消费 \(figures.money(outlook.expectedValue))。"
        }
        let others = tellingTraits(of: segment, among: traits).map { chineseText(of: $0, in: segment) }
        if !others.isEmpty { text += "其他特点：" + others.joined(separator: "；") + "。" }
        return text
    }

    /// A feature in Chinese, with the segment's figure and that of all customers.
    func chineseText(of feature: ModelFeature, in segment: SegmentFigures) -> String {
        let own = segment.mean(feature)
        let all = segment.shopMeans[feature] ?? own
        func told(_ figure: (Double) -> String, _ words: (String) -> String) -> String {
            "\(words(figure(own)))（全部顾客：\(figure(all))）"
        }
        func days(_ days: Double) -> String { PlainFigures.whole(days) + " 天" }
        return switch feature {
        case .recencyDays: told(days) { "上次下单在 \($0)前" }
        case .orders: told(PlainFigures.count) { "下单 \($0) 次" }
        case .tenureDays: told(days) { "首次下单在 \($0)前" }
        case .orderValue: told(figures.money) { "每单 \($0)" }
        case .piecesPerOrder: told(PlainFigures.count) { "每单 \($0) 件" }
        case .priceLevel: told(PlainFigures.percent) { "所付价格高于同类商品的 \($0)" }
        case .returnShare: told(PlainFigures.percent) { "\($0) 的商品被退回" }
        case .looksPerOrder: told(PlainFigures.count) { "每单浏览 \($0) 次" }
        case .evening: told(PlainFigures.percent) { "\($0) 的订单在傍晚" }
        case .night: told(PlainFigures.percent) { "\($0) 的订单在深夜" }
        case .weekend: told(PlainFigures.percent) { "\($0) 的订单在周末" }
        case .oneTimeGift: told(PlainFigures.percent) { "\($0) 只在圣诞节前几周下过一次单" }
        case .abroad: told(PlainFigures.percent) { "\($0) 住在海外" }
        case .category(let category): told(PlainFigures.percent) { "\($0) 的消费用于“\(category)”" }
        }
    }
}
