import Analytics

/// A group of segments that are like each other: an inner node of the tree of segments.
struct SegmentGroup: Sendable, Equatable, Codable {
    /// Counts on from the segments' numbers.
    let node: Int
    /// The group that it is part of; `nil` for the one of all customers.
    let parent: Int?
    /// Groups that are left when this one is formed; 1 for all customers.
    let level: Int
    /// Ward distance at which its two parts merge.
    let height: Double
    /// The two segments or groups that it is made of.
    let parts: [Int]
    /// All segments in it, ascending.
    let segments: [Int]
    let customers: Int
    let name: String
    let nameZh: String

    enum CodingKeys: String, CodingKey {
        case node, parent, level, height, parts, segments, customers, name
        case nameZh = "name_zh"
    }
}

/// The tree of segments by Ward's method on their centroids, before its groups have names.
struct SegmentTree: Sendable, Equatable {
    struct Node: Sendable, Equatable {
        let node: Int
        var parent: Int?
        let level: Int
        let height: Double
        let parts: [Int]
        let segments: [Int]
    }

    /// The first merge first; none for a single segment.
    let nodes: [Node]
    /// The smallest group that each segment belongs to, by its number less 1; `nil` for a single segment.
    let parents: [Int?]

    /// - Parameters:
    ///   - centroids: `segments × features`, in the order of the segments' numbers; each counts as one point, so that the
    ///     tree tells how alike groups are and not how large.
    init(_ centroids: PointMatrix) throws {
        let merges = try wardLinkage(centroids).merges
        let leaves = centroids.rows
        var members = (1...leaves).map { [$0] }
        var nodes: [Node] = []
        var parents = [Int?](repeating: nil, count: leaves)
        for (index, merge) in merges.enumerated() {
            let node = leaves + index + 1
            for part in [merge.first, merge.second] {
                if part < leaves { parents[part] = node } else { nodes[part - leaves].parent = node }
            }
            members.append((members[merge.first] + members[merge.second]).sorted())
            nodes.append(
                Node(
                    node: node, level: leaves - index - 1, height: merge.height,
                    parts: [merge.first + 1, merge.second + 1], segments: members[node - 1]))
        }
        self.nodes = nodes
        self.parents = parents
    }

    /// The groups when the tree is cut so that a number of them is left, each as its segments' numbers.
    ///
    /// - Parameter count: from 1 to the number of segments.
    func cut(into count: Int) -> [[Int]] {
        let formed = nodes.filter { $0.level >= count }
        let whole = formed.filter { node in !formed.contains { $0.node == node.parent } }
        let grouped = Set(whole.flatMap(\.segments))
        let single = parents.indices.map { $0 + 1 }.filter { !grouped.contains($0) }.map { [$0] }
        return (whole.map(\.segments) + single).sorted { $0[0] < $1[0] }
    }
}
