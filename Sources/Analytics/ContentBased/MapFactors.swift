/// Factors for items that nobody has bought yet, from those of items whose content is like theirs.
public struct MappedFactors: Sendable, Equatable {
    /// `new items × rank`; rows of zeros where nothing is similar enough.
    public let factors: FactorMatrix
    /// Whether the item of a row got factors.
    public let isMapped: [Bool]
}

/// Gives each new item the mean of the factors of its most similar items, weighted by similarity:
/// y = Σ s_j y_j / Σ s_j over the `neighbours` items j with the greatest cosine s_j, of those with `leastSimilarity` or more.
///
/// With the usual weights of the fields, items of one category are more similar than 0.3 without any word in common; where items
/// have titles and prices only, 0.3 takes a common word that is not in every title.
///
/// - Parameters:
///   - vectors: content of all items, those with factors first and then the new ones.
///   - items: factors of the first items.
///   - neighbours: items that a new one takes after, at least 1.
///   - leastSimilarity: cosine below which an item does not count, in 0…1.
///   - threads: how many share the work, at least 1; any number gives the same bytes.
///   - check: called on the caller's thread every few items; what it throws ends the work.
/// - Throws: ``RankingError`` when there are fewer vectors than factors or `neighbours` is not positive; what `check` throws.
/// - Source: Gantner, Drumond, Freudenthaler, Rendle and Schmidt-Thieme 2010, "Learning attribute-to-feature mappings for
///   cold-start recommendations", §4.1 (mapping by nearest neighbours).
public func mapFactors(
    _ vectors: ContentVectors, from items: FactorMatrix, neighbours: Int = 10, leastSimilarity: Float = 0.3,
    threads: Int = 1, check: () throws -> Void = {}
) throws -> MappedFactors {
    guard vectors.itemCount >= items.rows else {
        throw RankingError.mismatch("content of \(vectors.itemCount) items and factors of \(items.rows)")
    }
    let new = items.rows..<vectors.itemCount
    // Each new item is asked for as if it were somebody's only one.
    let alone = InteractionBlock(
        unchecked: new.map { Int32($0) }, values: new.map { _ in 1 }, rowOffsets: Array(0...new.count), firstRow: 0,
        columnCount: vectors.itemCount)
    let similar = try ContentModel(vectors).topItems(
        rows: 0..<new.count, of: alone, count: neighbours,
        recommendable: (0..<vectors.itemCount).map { $0 < items.rows }, threads: threads, check: check)
    var values = [Float](repeating: 0, count: new.count * items.rank)
    var isMapped = [Bool](repeating: false, count: new.count)
    for row in 0..<new.count {
        var sums = [Double](repeating: 0, count: items.rank)
        var total = 0.0
        for entry in similar.list(ofRow: row) where entry.score >= leastSimilarity {
            let weight = Double(entry.score)
            total += weight
            for (factor, value) in items[Int(entry.item)].enumerated() { sums[factor] += weight * Double(value) }
        }
        guard total > 0 else { continue }
        isMapped[row] = true
        for factor in 0..<items.rank { values[row * items.rank + factor] = Float(sums[factor] / total) }
    }
    return MappedFactors(factors: FactorMatrix(unchecked: values, rank: items.rank), isMapped: isMapped)
}
