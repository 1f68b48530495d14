import Analytics

/// Users who buy mostly from one topic of items, popular items first, split into training and held-out purchases.
struct PlantedTastes {
    let train: InteractionBlock
    let heldOut: InteractionBlock

    init(users: Int = 300, items: Int = 200, topics: Int = 5, purchases: Int = 12, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let perTopic = items / topics
        let popularity = try DiscreteDistribution.zipf(count: perTopic, exponent: 0.7)
        var train: [Interaction] = []
        var heldOut: [Interaction] = []
        for user in 0..<users {
            var bought: Set<Int> = []
            while bought.count < purchases {
                let topic = generator.uniform() < 0.85 ? user % topics : generator.integer(below: topics)
                bought.insert(topic * perTopic + popularity.draw(using: &generator))
            }
            for (position, item) in bought.sorted().enumerated() {
                let value = Float(1 + generator.integer(below: 4))
                let interaction = Interaction(row: Int32(user), column: Int32(item), value: value)
                if position % 4 == user % 4 { heldOut.append(interaction) } else { train.append(interaction) }
            }
        }
        self.train = try InteractionBlock(train, rows: users, columnCount: items)
        self.heldOut = try InteractionBlock(heldOut, rows: users, columnCount: items)
    }
}
