/// Links of one policy between two layers that are drawn as one line with branches: each of its sources is linked with
/// each of its targets, so a reader who follows the line from any end to any other is right.
struct Net: Hashable {
    var sources: [Int]
    var targets: [Int]
    var policy: FailurePolicy

    /// The links between two layers as nets, few of them.
    ///
    /// Sources of the same targets go together, or targets of the same sources, whichever leaves a group of connected
    /// links with fewer ends. A bend leads one line on, so it is the source of one net at most.
    static func nets(of links: [LayeredGraph.Link], in graph: LayeredGraph) -> [Net] {
        var nets: [Net] = []
        for policy in FailurePolicy.allCases {
            for group in connected(links.filter { $0.policy == policy }) {
                let bySource = merged(group.map { ($0.from, $0.to) }, policy: policy)
                let byTarget = merged(group.map { ($0.to, $0.from) }, policy: policy).map {
                    Net(sources: $0.targets, targets: $0.sources, policy: policy)
                }
                let splitsBend = Set(group.map(\.from)).contains { vertex in
                    graph.vertices[vertex].node == nil && byTarget.count { $0.sources.contains(vertex) } > 1
                }
                nets += splitsBend || ends(bySource) <= ends(byTarget) ? bySource : byTarget
            }
        }
        return nets
    }

    private static func ends(_ nets: [Net]) -> Int {
        nets.reduce(0) { $0 + $1.sources.count + $1.targets.count }
    }

    /// Pairs grouped by the set of second members that a first member has, in the order of the pairs.
    private static func merged(_ pairs: [(Int, Int)], policy: FailurePolicy) -> [Net] {
        var seconds: [Int: [Int]] = [:]
        var firsts: [Int] = []
        for (first, second) in pairs {
            if seconds[first] == nil { firsts.append(first) }
            seconds[first, default: []].append(second)
        }
        var nets: [Net] = []
        var known: [Set<Int>: Int] = [:]
        for first in firsts {
            guard let group = seconds[first] else { continue }
            if let index = known[Set(group)] {
                nets[index].sources.append(first)
            } else {
                known[Set(group)] = nets.count
                nets.append(Net(sources: [first], targets: group, policy: policy))
            }
        }
        return nets
    }

    /// The links in groups that share no vertex.
    private static func connected(_ links: [LayeredGraph.Link]) -> [[LayeredGraph.Link]] {
        var rest = links
        var groups: [[LayeredGraph.Link]] = []
        while let first = rest.first {
            var sources: Set<Int> = [first.from]
            var targets: Set<Int> = []
            var size = 0
            while size < sources.count + targets.count {
                size = sources.count + targets.count
                for link in rest where sources.contains(link.from) || targets.contains(link.to) {
                    sources.insert(link.from)
                    targets.insert(link.to)
                }
            }
            groups.append(rest.filter { sources.contains($0.from) })
            rest.removeAll { sources.contains($0.from) }
        }
        return groups
    }
}
