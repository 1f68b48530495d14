import Shop
import Testing

@testable import ProfileRebuild

@Suite("Segments in words")
struct SegmentWriterTests {
    private let writer = SegmentWriter(currency: "GBP")

    private func figures(
        once: Double = 0.2, means: [ModelFeature: Double] = [:], _ scores: [ModelFeature: Double]
    ) -> SegmentFigures {
        let usual: [ModelFeature: Double] = [.recencyDays: 90, .orders: 4, .orderValue: 300, .piecesPerOrder: 100]
        return SegmentFigures(
            customers: 10, share: 0.25, revenueShare: 0.04, oneOrderShare: once,
            means: usual.merging(means) { $1 }, shopMeans: usual, scores: scores)
    }

    @Test("a name tells the stage of life and the strongest other trait")
    func names() {
        let names = writer.names([
            figures(once: 0.9, [.recencyDays: 1.2, .orders: -0.8]),
            figures(means: [.piecesPerOrder: 700], [.orders: 0.9, .orderValue: 1.6, .piecesPerOrder: 1.5]),
            figures([.orders: 1.8, .recencyDays: -1.4]),
            figures([.tenureDays: -1.3, .abroad: 1.1]),
            figures([.orders: -0.6, .night: 1.9]),
            figures([.orders: 0.1, .category("bags"): 0.8]),
        ])
        #expect(
            names.map(\.english) == [
                "Lapsed one-time buyers", "Wholesale regulars", "Loyal regulars", "Newcomers from abroad",
                "Night-time occasional buyers", "Repeat buyers with a taste for bags",
            ])
        #expect(
            names.map(\.chinese) == [
                "已流失的一次性顾客", "批发型常客", "忠实常客", "海外新顾客", "深夜下单的偶尔光顾的顾客", "偏爱“bags”的回头客",
            ])
    }

    @Test("customers whose only order fell into the weeks before Christmas are gift buyers")
    func giftBuyers() {
        let season: [ModelFeature: Double] = [.tenureDays: -1.2, .orders: -0.8, .oneTimeGift: 2.4]
        let names = writer.names([
            figures(once: 0.9, means: [.oneTimeGift: 0.9], season),
            figures(once: 0.9, means: [.oneTimeGift: 0.3], season),
            figures(
                once: 0.9, means: [.oneTimeGift: 0.9], season.merging([.recencyDays: 1.9, .tenureDays: 0.4]) { $1 }),
        ])
        #expect(names[0] == Bilingual("One-time gift buyers before Christmas", "圣诞节前一次性送礼顾客"))
        #expect(names[1] == Bilingual("Newcomers", "新顾客"))
        #expect(names[2].english == "Lapsed one-time gift buyers before Christmas")
    }

    @Test("segments that share a name are told apart by further traits, then by number")
    func uniqueNames() {
        let weekend = figures([.orders: 1.5, .weekend: 0.5])
        let plain = figures([.orders: 1.5])
        #expect(
            writer.names([weekend, plain, plain, plain]).map(\.english) == [
                "Weekend loyal regulars", "Loyal regulars", "Loyal regulars (group 3)", "Loyal regulars (group 4)",
            ])
        #expect(writer.names([plain, plain])[1].chinese == "忠实常客（第 2 组）")
    }

    @Test("large orders of few pieces are not called wholesale")
    func bigBasket() {
        let scores: [ModelFeature: Double] = [.orders: 0.1, .orderValue: 1, .piecesPerOrder: 1]
        #expect(
            writer.names([figures(means: [.piecesPerOrder: 4], scores)]) == [
                Bilingual("Big-basket repeat buyers", "大单型回头客")
            ])
    }

    @Test("a description gives the segment's own figures and those of all customers")
    func description() {
        let segment = writer.segment(
            number: 2, name: Bilingual("Lapsed one-time buyers", "已流失的一次性顾客"),
            figures(
                once: 0.81, means: [.recencyDays: 243.4, .orders: 1.24, .orderValue: 1310, .piecesPerOrder: 250],
                [.recencyDays: 1.2, .orders: -0.8, .piecesPerOrder: 0.4, .abroad: 0.1]))
        #expect(segment.stage == .lapsed)
        #expect(
            segment.description
                == "Ordered 1.2 times (81% only once), £1,310 an order, last 243 days ago on average; 25% of the "
                + "customers and 4.0% of the sales. What else sets them apart: 250 pieces an order (all customers: 100)."
        )
        #expect(
            segment.descriptionZh
                == "平均下单 1.2 次（81%只下过一次），每单 £1,310，上次下单平均在 243 天前；占顾客的 25%，占销售额的 4.0%。"
                + "其他特点：每单 250 件（全部顾客：100）。")
        #expect(segment.nameZh == "已流失的一次性顾客")
        #expect(segment.traits.map(\.feature) == ["recency_days", "orders", "pieces_per_order"])
        #expect(segment.traits[0].z == 1.2)
        #expect(segment.traits[0].text == "last order 243 days ago (all customers: 90 days)")
        #expect(segment.traits[0].textZh == "上次下单在 243 天前（全部顾客：90 天）")
        #expect(segment.averages["order_value"] == 1310)
        #expect(segment.averages["one_order_share"] == 0.81)
    }

    @Test("a mean of nearly one order is told as once, and is no number of times")
    func once() {
        let segment = writer.segment(
            number: 1, name: Bilingual("a", "b"), figures(once: 0.98, means: [.orders: 1.02], [.orders: -0.9]))
        #expect(segment.description.hasPrefix("Ordered once on average (98% only once), £300 an order"))
    }

    @Test("a description tells the risk and the money to be expected, where anything is expected")
    func outlook() {
        var expected = figures([.orders: 0.1])
        expected.outlook = LifetimeOutlook(churnRisk: 0.82, expectedOrders: 0.4, expectedValue: 56.7)
        expected.horizonDays = 90
        let segment = writer.segment(number: 1, name: Bilingual("a", "b"), expected)
        #expect(
            segment.description.contains(
                "Churn risk 82%, each is expected to bring £56.70 in the next 90 days."), "\(segment.description)")
        #expect(segment.descriptionZh.contains("流失风险 82%，预计今后 90 天人均消费 £56.70。"))
        #expect(segment.averages["churn_risk"] == 0.82)
        #expect(segment.averages["expected_value"] == 56.7)
    }

    @Test(
        "figures are written as people write them",
        arguments: [
            (PlainFigures(currency: "GBP").money(1234567.8), "£1,234,568"),
            (PlainFigures(currency: "GBP").money(99.5), "£99.50"),
            (PlainFigures(currency: "SEK").money(12), "SEK 12.00"),
            (PlainFigures(currency: "").money(12), "12.00"),
            (PlainFigures.days(1.2), "1 day"), (PlainFigures.days(0.2), "0 days"),
            (PlainFigures.days(1000), "1,000 days"),
            (PlainFigures.percent(0.0312), "3.1%"), (PlainFigures.percent(0.5), "50%"), (PlainFigures.percent(0), "0%"),
            (PlainFigures.count(5), "5"), (PlainFigures.count(5.26), "5.3"), (PlainFigures.count(9.96), "10"),
        ])
    func plainFigures(written: String, expected: String) {
        #expect(written == expected)
    }
}
