/// The merges of a hierarchical clustering, from single points to one cluster; heights never fall.
public struct Dendrogram: Sendable, Equatable {
    /// Two clusters that become one.
    public struct Merge: Sendable, Equatable {
        /// The lower number of the two: below the number of points a point, from there on the cluster that merge
        /// `first − points` made.
        public let first: Int
        /// The higher number of the two.
        public let second: Int
        /// The distance at which they merge.
        public let height: Double
        /// Points of the new cluster.
        public let size: Int
    }

    /// How many points were clustered, at least 1.
    public let points: Int
    /// Their merges, one less than points, by rising height: the rows of SciPy's linkage matrix.
    public let merges: [Merge]

    /// Puts merges of representatives into order: sorted by height, the earlier first on a tie, and numbered.
    init(points: Int, pairs: [(first: Int, second: Int, height: Double)]) {
        self.points = points
        let order = pairs.indices.sorted { (pairs[$0].height, $0) < (pairs[$1].height, $1) }
        var sets = DisjointSets(count: points)
        var number = Array(0..<points)
        var size = [Int](repeating: 1, count: points)
        var merges: [Merge] = []
        merges.reserveCapacity(order.count)
        for (position, pair) in order.enumerated() {
            let (a, b) = (sets.root(of: pairs[pair].first), sets.root(of: pairs[pair].second))
            let both = size[a] + size[b]
            merges.append(
                Merge(
                    first: min(number[a], number[b]), second: max(number[a], number[b]), height: pairs[pair].height,
                    size: both))
            let joined = sets.join(a, b)
            number[joined] = points + position
            size[joined] = both
        }
        self.merges = merges
    }

    /// The cluster of each point when the last `clusters − 1` merges are undone; numbered by falling size, then by first
    /// member.
    ///
    /// - Throws: ``ClusteringError`` when `clusters` is less than 1 or more than there are points.
    public func labels(clusters: Int) throws(ClusteringError) -> [Int32] {
        guard clusters >= 1 else { throw .invalidOption(name: "clusters", value: Double(clusters)) }
        guard clusters <= points else { throw .tooFewPoints(points: points, clusters: clusters) }
        return labels(merged: points - clusters)
    }

    /// The cluster of each point when only merges up to a height are done; numbered by falling size, then by first member.
    ///
    /// - Parameter height: points are in one cluster when they merge at this height or below, as in SciPy's `fcluster`
    ///   with the criterion `distance`.
    /// - Throws: ``ClusteringError/invalidOption(name:value:)`` for a negative height or NaN.
    public func labels(height: Double) throws(ClusteringError) -> [Int32] {
        guard height >= 0 else { throw .invalidOption(name: "height", value: height) }
        return labels(merged: merges.count { $0.height <= height })
    }

    private func labels(merged: Int) -> [Int32] {
        var sets = DisjointSets(count: points)
        // A point of each numbered cluster.
        var member = Array(0..<points)
        for merge in merges[..<merged] {
            member.append(sets.join(sets.root(of: member[merge.first]), sets.root(of: member[merge.second])))
        }
        let roots = (0..<points).map { sets.root(of: $0) }
        var size = [Int](repeating: 0, count: points)
        for root in roots { size[root] += 1 }
        var firstMember = [Int](repeating: points, count: points)
        for (point, root) in roots.enumerated() { firstMember[root] = min(firstMember[root], point) }
        let order = size.indices.filter { size[$0] > 0 }.sorted {
            (-size[$0], firstMember[$0]) < (-size[$1], firstMember[$1])
        }
        var rank = [Int32](repeating: 0, count: points)
        for (position, root) in order.enumerated() { rank[root] = Int32(position) }
        return roots.map { rank[$0] }
    }
}

/// Sets of 0..<count that grow together.
private struct DisjointSets {
    private var parent: [Int]
    private var size: [Int]

    init(count: Int) {
        parent = Array(0..<count)
        size = [Int](repeating: 1, count: count)
    }

    mutating func root(of element: Int) -> Int {
        var element = element
        while parent[element] != element {
            parent[element] = parent[parent[element]]
            element = parent[element]
        }
        return element
    }

    /// Joins two sets named by their roots, and returns the root of both.
    mutating func join(_ a: Int, _ b: Int) -> Int {
        let (large, small) = size[a] >= size[b] ? (a, b) : (b, a)
        parent[small] = large
        size[large] += size[small]
        return large
    }
}
