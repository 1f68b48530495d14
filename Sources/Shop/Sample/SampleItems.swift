/// The sample shop's items, and the planted taste, tier and popularity of each.
struct SampleItems: Sendable {
    let rows: [ItemRow]
    /// Index into ``SampleTaste/all``, by item.
    let tastes: [Int]
    /// How likely each item of a taste is, by segment and taste; indices into ``members``.
    private let weights: [[SampleWeights]]
    /// Items of each taste.
    private let members: [[Int]]

    init(seed: UInt64, count: Int) {
        let all = SampleTaste.all
        var rows: [ItemRow] = []
        var tiers: [SampleTier] = []
        var titles: Set<String> = []
        for number in 0..<count {
            var random = SampleRandom(seed: seed, stream: .items, number: number)
            let taste = all[number % all.count]
            let category = taste.categories[number / all.count % taste.categories.count]
            let tier = random.pick([SampleTier.budget, .budget, .ordinary, .ordinary, .premium])
            tiers.append(tier)
            var title = ""
            var attempt = 0
            repeat {
                let words = [tier.adjective, random.pick(taste.adjectives), random.pick(category.nouns)]
                title = words.compactMap(\.self).joined(separator: " ")
                if attempt >= 8 { title += " No. \(number + 1)" }
                attempt += 1
            } while !titles.insert(title).inserted
            // ± 20 % around the tier's price, ending in 0 or 5 pence.
            let pence = category.price * tier.pricePercent * random.int(in: 80...120) / 10_000
            rows.append(
                ItemRow(
                    code: "P" + String(number + 1).leftPadded(to: 5), title: title, category: category.name,
                    brand: random.pick(taste.brands), price: Price(hundredths: max(50, pence / 5 * 5)),
                    currency: "GBP", isInStock: !random.chance(0.03), locale: "en"))
        }
        self.rows = rows
        tastes = (0..<count).map { $0 % all.count }

        // Popularity within a taste: Zipf with exponent 1 over a random order of its items.
        var shuffler = SampleRandom(seed: seed, stream: .popularity, number: 0)
        members = all.indices.map { taste in
            var items = (0..<count).filter { $0 % all.count == taste }
            for last in stride(from: items.count - 1, to: 0, by: -1) { items.swapAt(last, shuffler.below(last + 1)) }
            return items
        }
        weights = SampleSegment.all.map { [members] segment in
            members.map { items in
                SampleWeights(
                    items.enumerated().map { rank, item in
                        (segment.tiers[tiers[item].rawValue] + 0.002) / Double(rank + 3)
                    })
            }
        }
    }

    /// Draws an item of a taste as customers of a segment do.
    func draw(taste: Int, segment: Int, _ random: inout SampleRandom) -> Int {
        members[taste][random.index(weights[segment][taste])]
    }
}

extension String {
    /// With zeros in front, so that it has at least so many characters.
    func leftPadded(to width: Int) -> String { String(repeating: "0", count: max(0, width - count)) + self }
}
