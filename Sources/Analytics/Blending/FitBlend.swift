/// Weights of a blend and how good it was on the data they were fitted on.
public struct BlendFit: Sendable, Equatable, Codable {
    /// One per model, not negative, adding up to 1.
    public let weights: [Double]
    /// Mean NDCG at k on the validation data.
    public let ndcg: Double
}

/// Finds weights of a blend that rank held-out items highest, by a pattern search on NDCG.
///
/// Starts from the best single model, then tries to move shares of weight from one model to another, in steps that halve
/// when none helps. A weight that a single model would need is never lost: the fit is at least as good as the best model
/// on the same data. Deterministic.
///
/// - Parameters:
///   - table: candidates of the validation users.
///   - heldOut: what to hit, one row per row of the table.
///   - k: the cut-off.
///   - steps: halvings of the step of 0.5, at least 1.
/// - Throws: ``RankingError`` as ``RankingQuality``.
public func fitBlend(
    _ table: CandidateTable, heldOut: InteractionBlock, at k: Int, steps: Int = 5
) throws(RankingError) -> BlendFit {
    func quality(_ weights: [Double]) throws(RankingError) -> Double {
        try RankingQuality(of: table.topItems(weights: weights, count: k), heldOut: heldOut, at: k).meanNDCG
    }
    var best: BlendFit?
    for model in 0..<table.models {
        let weights = (0..<table.models).map { $0 == model ? 1.0 : 0 }
        let ndcg = try quality(weights)
        if ndcg > best?.ndcg ?? -1 { best = BlendFit(weights: weights, ndcg: ndcg) }
    }
    guard var best else { throw .mismatch("a table of no models") }
    var step = 0.5
    for _ in 0..<max(1, steps) {
        var hasImproved = true
        while hasImproved {
            hasImproved = false
            for giver in 0..<table.models where best.weights[giver] > 0 {
                for taker in 0..<table.models where taker != giver {
                    var weights = best.weights
                    let moved = min(step, weights[giver])
                    weights[giver] -= moved
                    weights[taker] += moved
                    let ndcg = try quality(weights)
                    if ndcg > best.ndcg + 1e-9 {
                        best = BlendFit(weights: weights, ndcg: ndcg)
                        hasImproved = true
                    }
                }
            }
        }
        step /= 2
    }
    return best
}
