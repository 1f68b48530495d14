extension SegmentWriter {
    /// A name for each segment, no two the same.
    ///
    /// A name says where the customers stand in their life with the shop ("Lapsed regulars"), and the one other trait
    /// that sets them apart most, if it is strong enough. Segments that still share a name are told apart by their next
    /// traits, and at last by their number.
    func names(_ segments: [SegmentFigures]) -> [Bilingual] {
        let qualifiers = segments.map(qualifiers)
        var used = zip(segments, qualifiers).map { segment, qualifiers in
            qualifiers.first.map { $0.feature.tells(score: segment.score($0.feature)) >= Self.leastNamed } ?? false
                ? 1 : 0
        }
        func name(_ index: Int) -> Bilingual {
            SegmentPhrase(stage: stage(of: segments[index]), qualifiers: Array(qualifiers[index].prefix(used[index])))
                .text
        }
        // Each round gives the segments that share a name one qualifier more, until there are none left to give.
        while true {
            let names = segments.indices.map(name)
            let shared = Dictionary(grouping: segments.indices, by: { names[$0] }).values.filter { $0.count > 1 }
            let growing = shared.joined().filter { used[$0] < min(3, qualifiers[$0].count) }
            if growing.isEmpty {
                let taken = Set(shared.flatMap { $0.sorted().dropFirst() })
                return names.enumerated().map { index, name in
                    guard taken.contains(index) else { return name }
                    return Bilingual("\(name.english) (group \(index + 1))", "\(name.chinese)（第 \(index + 1) 组）")
                }
            }
            for index in growing { used[index] += 1 }
        }
    }

    /// Where customers stand in their life with the shop.
    func stage(of segment: SegmentFigures) -> SegmentPhrase.Stage {
        let recency = segment.score(.recencyDays)
        let orders = segment.score(.orders)
        let isLapsed = recency >= 0.5
        let isRecent = recency <= -0.5
        let kind: SegmentPhrase.Stage.Kind =
            if segment.mean(.oneTimeGift) >= Self.giftBuyerShare {
                .giftBuyers
            } else if segment.score(.tenureDays) <= -0.8, !isLapsed {
                .newcomers
            } else if segment.oneOrderShare >= 0.6 {
                .oneTime
            } else if orders >= 1.2 {
                .loyal
            } else if orders >= 0.7 {
                .regulars
            } else if orders <= -0.3 {
                .occasional
            } else {
                .repeating
            }
        return .init(
            kind: kind, isLapsed: isLapsed,
            isRecent: isRecent && ![.newcomers, .giftBuyers, .regulars, .loyal].contains(kind))
    }

    /// The traits that may be part of the name, strongest first.
    private func qualifiers(of segment: SegmentFigures) -> [SegmentPhrase.Qualifier] {
        let size = basket(of: segment)
        return segment.mostTelling.compactMap { feature in
            let score = segment.score(feature)
            guard abs(score) >= Self.leastTrait else { return nil }
            if let size, feature == .orderValue || feature == .piecesPerOrder {
                // Money and pieces that agree are one trait.
                return feature == .orderValue ? .init(feature: feature, words: size) : nil
            }
            return qualifier(feature, isHigh: score > 0).map { .init(feature: feature, words: $0) }
        }
    }

    /// What orders are called that are large in money and in pieces, or small in both.
    private func basket(of segment: SegmentFigures) -> SegmentPhrase.Words? {
        let (money, pieces) = (segment.score(.orderValue), segment.score(.piecesPerOrder))
        if min(money, pieces) >= Self.leastTrait {
            return segment.mean(.piecesPerOrder) >= Self.wholesalePieces
                ? .before("wholesale", chinese: "批发型") : .before("big-basket", chinese: "大单型")
        }
        return max(money, pieces) <= -Self.leastTrait ? .before("small-basket", chinese: "小单型") : nil
    }

    private func qualifier(_ feature: ModelFeature, isHigh: Bool) -> SegmentPhrase.Words? {
        switch (feature, isHigh) {
        case (.recencyDays, _), (.orders, _), (.tenureDays, _), (.oneTimeGift, _): nil
        case (.orderValue, true): .before("big-spending", chinese: "高消费")
        case (.orderValue, false): .before("small-spending", chinese: "低消费")
        case (.piecesPerOrder, true): .after("who buy many pieces at once", chinese: "一次购买多件的")
        case (.piecesPerOrder, false): .after("who buy single pieces", chinese: "单件购买的")
        case (.priceLevel, true): .before("premium", chinese: "偏爱高价的")
        case (.priceLevel, false): .before("bargain-seeking", chinese: "偏爱低价的")
        case (.returnShare, true): .after("who send much back", chinese: "退货较多的")
        case (.looksPerOrder, true): .after("who look around a lot", chinese: "爱浏览的")
        case (.evening, true): .before("evening", chinese: "傍晚下单的")
        case (.night, true): .before("night-time", chinese: "深夜下单的")
        case (.weekend, true): .before("weekend", chinese: "周末下单的")
        case (.weekend, false): .before("weekday", chinese: "工作日下单的")
        case (.abroad, true): .after("from abroad", chinese: "海外")
        case (.category(let category), true):
            .after("with a taste for \(category)", chinese: "偏爱“\(category)”的")
        case (.returnShare, false), (.evening, false), (.night, false), (.abroad, false),
            (.looksPerOrder, false), (.category, false):
            nil
        }
    }
}
