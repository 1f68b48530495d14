import Analytics
import BenchSupport
import Foundation

/// How well items are recommended that nobody has bought: a share of the items is taken out of the training data as if they
/// were new, and ranked for every user who has bought some of them, new items only.
///
/// Compares factors taken over from similar items (`mapFactors`), similarity to what the user has bought (`ContentModel`),
/// and chance.
func measureNewItems(_ options: Options) throws {
    let split = try Split(train: try options.text("train"), test: try options.text("test"))
    let contents = try readContents(try options.text("contents"), count: split.train.columnCount)
    let threads = try options.integer("threads", or: 2)
    let hidden = try HiddenItems(split, share: options.number("share", or: 0.2), seed: 1)
    let vectors = try ContentVectors(hidden.order.map { contents[Int($0)] })
    let model = try trainImplicitALS(
        hidden.train,
        options: ALSOptions(rank: try options.integer("factors", or: 64), iterations: 16, seed: 1),
        objective: ImplicitObjective(
            regularization: 0.01, frequencyExponent: 1, unobservedWeight: 0.1, confidence: .uniform),
        threads: threads)

    func tell(_ name: String, _ lists: RankedLists, _ more: [String: Any] = [:]) throws {
        let quality = try RankingQuality(of: lists, heldOut: hidden.wanted, at: 20)
        var figures = more
        figures["ranking"] = name
        for (measure, values) in [
            ("recall20m", quality.recall), ("ndcg20", quality.ndcg), ("hit_rate20", quality.hitRate),
        ] {
            let interval = try bootstrapMean(of: values, resamples: 500, seed: 1)
            figures[measure] = [interval.mean, interval.lower, interval.upper].map { ($0 * 1e4).rounded() / 1e4 }
        }
        try report(figures)
    }

    let isNew = (0..<contents.count).map { $0 >= hidden.known }
    var generator = SeededGenerator(seed: 2)
    try tell(
        "chance",
        RankedLists(
            (0..<hidden.wanted.rows).map { _ in
                (0..<20).map { _ in
                    ScoredItem(
                        item: Int32(hidden.known + generator.integer(below: contents.count - hidden.known)), score: 0)
                }
            }), ["new_items": contents.count - hidden.known, "known_items": hidden.known])
    try tell(
        "content",
        try ContentModel(vectors).topItems(
            rows: 0..<hidden.history.rows, of: hidden.history, count: 20, recommendable: isNew, threads: threads))
    for (neighbours, least) in [(1, 0.0), (10, 0.0), (10, 0.3), (10, 0.5), (30, 0.0), (30, 0.3)] {
        let mapped = try mapFactors(
            vectors, from: model.items, neighbours: neighbours, leastSimilarity: Float(least), threads: threads)
        let lists = try topItems(
            users: model.users, items: try FactorMatrix(joining: [model.items, mapped.factors]), count: 20,
            excluding: hidden.history,
            recommendable: (0..<contents.count).map { $0 >= hidden.known && mapped.isMapped[$0 - hidden.known] },
            threads: threads)
        try tell(
            "factors of similar items", lists,
            ["neighbours": neighbours, "least": least, "mapped": mapped.isMapped.count { $0 }])
    }
}

/// A split with some items taken out of the training data, and columns in an order that has these last.
private struct HiddenItems {
    /// Old column of each new one.
    let order: [Int32]
    /// Columns from here on are the hidden ones.
    let known: Int
    /// Over the known columns alone.
    let train: InteractionBlock
    /// The same over all columns.
    let history: InteractionBlock
    /// Hidden items that each user has in the training or the test data.
    let wanted: InteractionBlock

    init(_ split: Split, share: Double, seed: UInt64) throws {
        let columns = split.train.columnCount
        var generator = SeededGenerator(seed: seed)
        let isHidden = (0..<columns).map { _ in generator.uniform() < share }
        order =
            (0..<columns).filter { !isHidden[$0] }.map { Int32($0) }
            + (0..<columns).filter { isHidden[$0] }.map { Int32($0) }
        known = isHidden.count { !$0 }
        var place = [Int32](repeating: 0, count: columns)
        for (new, old) in order.enumerated() { place[Int(old)] = Int32(new) }
        var past: [Interaction] = []
        var wanted: [Interaction] = []
        for block in [split.train, split.test] {
            for row in 0..<block.rows {
                for column in block.columns(ofRow: row) {
                    let entry = Interaction(row: Int32(row), column: place[Int(column)], value: 1)
                    if isHidden[Int(column)] { wanted.append(entry) } else { past.append(entry) }
                }
            }
        }
        train = try InteractionBlock(past, rows: split.train.rows, columnCount: known)
        history = try InteractionBlock(past, rows: split.train.rows, columnCount: columns)
        self.wanted = try InteractionBlock(wanted, rows: split.train.rows, columnCount: columns)
    }
}

/// Reads lines of number, title and price, separated by tabs.
private func readContents(_ path: String, count: Int) throws -> [ItemContent] {
    let text = try readText(path)
    var contents = [ItemContent](repeating: ItemContent(title: ""), count: count)
    for line in text.split(separator: "\n") {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard fields.count == 3, let number = Int(fields[0]), number < count else {
            throw Options.Wrong(description: "\(path): \(line) is no number, title and price")
        }
        contents[number] = ItemContent(title: String(fields[1]), price: Double(fields[2]))
    }
    return contents
}
