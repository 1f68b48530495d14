import Analytics
import Testing

@Suite("BPR")
struct BPRTests {
    @Test("planted tastes are recommended far better than by popularity", arguments: [0.0, 0.5], [1, 3])
    func quality(popularityExponent: Double, candidates: Int) throws {
        let tastes = try PlantedTastes(users: 300, items: 200, purchases: 16, seed: 31)
        let model = try trainBPR(
            tastes.train,
            options: BPROptions(
                rank: 16, epochs: 60, rate: 0.1, popularityExponent: popularityExponent, candidates: candidates))
        let lists = try topItems(users: model.users, items: model.items, count: 20, excluding: tastes.train)
        let popular = try PopularItems(tastes.train).topItems(count: 20, excluding: tastes.train)
        let found = try RankingQuality(of: lists, heldOut: tastes.heldOut, at: 20).meanRecall
        #expect(try found > 1.3 * RankingQuality(of: popular, heldOut: tastes.heldOut, at: 20).meanRecall)
    }

    @Test("the seed alone decides, and pairs are ordered")
    func reproducible() throws {
        let train = try PlantedTastes(users: 40, items: 30, seed: 32).train
        let options = BPROptions(rank: 5, epochs: 30, rate: 0.1, seed: 7)
        let model = try trainBPR(train, options: options)
        #expect(try trainBPR(train, options: options) == model)
        var other = options
        other.seed = 8
        #expect(try trainBPR(train, options: other) != model)
        let scores = model.scores(rows: 0..<40, of: train)
        var (ordered, pairs) = (0, 0)
        for user in 0..<40 {
            for item in train.columns(ofRow: user) {
                for worse in 0..<30 where !train.contains(row: user, column: Int32(worse)) {
                    pairs += 1
                    if scores[user * 30 + Int(item)] > scores[user * 30 + worse] { ordered += 1 }
                }
            }
        }
        #expect(Double(ordered) > 0.85 * Double(pairs))
    }

    @Test("a user with all items, rates that explode and settings out of range")
    func edges() throws {
        let full = try InteractionBlock(columnCount: 2, rowOffsets: [0, 2, 3], columns: [0, 1, 0], values: [1, 1, 1])
        #expect(try trainBPR(full, options: BPROptions(rank: 4, epochs: 3)).users.rows == 2)
        #expect(throws: FactorizationError.self) {
            try trainBPR(full, options: BPROptions(rank: 4, epochs: 200, rate: 1e30, regularization: 0))
        }
        #expect(throws: FactorizationError.self) { try trainBPR(full, options: BPROptions(rank: 4, rate: .nan)) }
        #expect(throws: FactorizationError.self) { try trainBPR(full, options: BPROptions(rank: 0)) }
        let empty = try InteractionBlock(columnCount: 3, rowOffsets: [0, 0], columns: [], values: [])
        #expect(throws: FactorizationError.self) { try trainBPR(empty, options: BPROptions(rank: 4)) }
    }
}
