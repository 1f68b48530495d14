/// A graph cut into layers, each edge leading from a layer to the next.
///
/// An edge that leaps over layers is led through *bends*: vertices that stand for no step and keep a place free for the
/// line. Edges that leave one step with one policy share their bends.
struct LayeredGraph {
    struct Vertex {
        /// The index of the step in the graph; nil for a bend.
        var node: Int?
        var layer: Int
    }

    /// A piece of an edge, between neighbouring layers.
    struct Link: Hashable {
        var from: Int
        var to: Int
        var policy: FailurePolicy
    }

    /// An edge of the graph with the vertices that it runs through, both ends included.
    struct Route: Hashable {
        var path: [Int]
        var policy: FailurePolicy
    }

    /// The steps in their order, then the bends.
    private(set) var vertices: [Vertex]
    /// The vertices of each layer, in the order in which they are drawn.
    var layers: [[Int]]
    private(set) var links: [Link] = []
    private(set) var routes: [Route] = []

    /// A step comes one layer after the last of those that it waits for, and in the first when it waits for none.
    init(_ graph: RunGraph) {
        let index = Dictionary(uniqueKeysWithValues: graph.nodes.enumerated().map { ($1.name, $0) })
        let parents = graph.nodes.map { node in node.edges.compactMap { index[$0.from] } }
        let depth = Self.depths(parents)
        vertices = graph.nodes.indices.map { Vertex(node: $0, layer: depth[$0]) }
        layers = Array(repeating: [], count: (depth.max() ?? -1) + 1)
        for vertex in vertices.indices { layers[depth[vertex]].append(vertex) }

        var bends: [Bend: Int] = [:]
        for (target, node) in graph.nodes.enumerated() {
            for edge in node.edges {
                guard let source = index[edge.from] else { continue }
                var path = [source]
                for layer in depth[source] + 1..<depth[target] {
                    let bend = Bend(source: source, policy: edge.policy, layer: layer)
                    let vertex = bends[bend] ?? vertices.count
                    if bends.updateValue(vertex, forKey: bend) == nil {
                        vertices.append(Vertex(node: nil, layer: layer))
                        layers[layer].append(vertex)
                    }
                    path.append(vertex)
                }
                path.append(target)
                routes.append(Route(path: path, policy: edge.policy))
            }
        }
        var known: Set<Link> = []
        for route in routes {
            for (from, to) in zip(route.path, route.path.dropFirst()) {
                let link = Link(from: from, to: to, policy: route.policy)
                if known.insert(link).inserted { links.append(link) }
            }
        }
    }

    /// The links from a layer to the next.
    func links(after layer: Int) -> [Link] { links.filter { vertices[$0.from].layer == layer } }

    private struct Bend: Hashable {
        var source: Int
        var policy: FailurePolicy
        var layer: Int
    }

    /// The length of the longest way to each step; the graph has no circles.
    private static func depths(_ parents: [[Int]]) -> [Int] {
        var depth = Array(repeating: 0, count: parents.count)
        var open = parents.map(\.count)
        var waiters = Array(repeating: [Int](), count: parents.count)
        for (step, needs) in parents.enumerated() {
            for need in needs { waiters[need].append(step) }
        }
        var free = parents.indices.filter { open[$0] == 0 }
        while let step = free.popLast() {
            for waiter in waiters[step] {
                depth[waiter] = max(depth[waiter], depth[step] + 1)
                open[waiter] -= 1
                if open[waiter] == 0 { free.append(waiter) }
            }
        }
        return depth
    }
}
