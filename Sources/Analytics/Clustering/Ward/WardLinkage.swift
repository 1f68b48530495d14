/// Hierarchical clustering that merges, step by step, the two clusters whose union adds least to the summed squared
/// distance to the means (Ward).
///
/// By the chain of nearest neighbours, which finds the same merges in another order with about 3 n searches over the
/// clusters left. Clusters are held as size and mean, so memory is n × columns and not n². The height of a merge is
/// √(2 n m / (n + m)) ‖mean − mean‖, as in SciPy and R (`ward.D2`).
///
/// - Parameters:
///   - points: `rows × columns`, at least one row; time grows with rows² × columns.
///   - check: called every few hundred searches; what it throws ends the work.
/// - Returns: rows − 1 merges; equal distances are resolved by the order of the rows in a way that may differ from other
///   programs.
/// - Throws: ``ClusteringError/tooFewPoints(points:clusters:)`` when there is no point; what `check` throws.
/// - Source: Ward 1963; the chain after Murtagh 1983 and Müllner 2011, "Modern hierarchical, agglomerative clustering
///   algorithms".
public func wardLinkage(_ points: PointMatrix, check: () throws -> Void = {}) throws -> Dendrogram {
    guard points.rows >= 1 else { throw ClusteringError.tooFewPoints(points: 0, clusters: 1) }
    let clusters = WardClusters(points)
    var pairs: [(first: Int, second: Int, height: Double)] = []
    pairs.reserveCapacity(points.rows - 1)
    /// Clusters, each the nearest to the one before, with twice the squared distance to it halved by Ward's weights.
    var chain: [(cluster: Int, cost: Double)] = []
    // Rounding may put a cluster a little below its parts; the order of merges must not suffer.
    var heights = [Double](repeating: 0, count: points.rows)
    var searches = 0
    while clusters.count > 1 {
        if chain.isEmpty { chain.append((clusters.anyCluster, .infinity)) }
        if searches.isMultiple(of: 256) { try check() }
        searches += 1
        let top = chain[chain.count - 1]
        let previous = chain.count > 1 ? chain[chain.count - 2].cluster : nil
        // The one before wins a tie, so the chain cannot run in a circle.
        let (nearest, cost) = clusters.nearest(to: top.cluster, known: previous, cost: top.cost)
        if let previous, nearest == previous {
            let height = max((2 * cost).squareRoot(), heights[top.cluster], heights[previous])
            pairs.append((top.cluster, previous, height))
            clusters.merge(top.cluster, into: previous)
            heights[previous] = height
            chain.removeLast(2)
        } else {
            chain.append((nearest, cost))
        }
    }
    return Dendrogram(points: points.rows, pairs: pairs)
}
