/// The nets of a layered graph, and where on its vertices each of them begins and ends.
struct Wiring {
    /// The nets between each layer and the next.
    let channels: [[Net]]
    private let leaving: [[End]]
    private let arriving: [[End]]

    private struct End {
        var channel: Int
        var net: Int
        /// Where the other ends of the net lie in their layer, on average.
        var mean: Double
    }

    init(_ graph: LayeredGraph) {
        channels = graph.layers.indices.dropLast().map { Net.nets(of: graph.links(after: $0), in: graph) }
        var leaving = Array(repeating: [End](), count: graph.vertices.count)
        var arriving = leaving
        var place = Array(repeating: 0, count: graph.vertices.count)
        for layer in graph.layers {
            for (index, vertex) in layer.enumerated() { place[vertex] = index }
        }
        func mean(_ vertices: [Int]) -> Double {
            Double(vertices.reduce(0) { $0 + place[$1] }) / Double(vertices.count)
        }
        for (channel, nets) in channels.enumerated() {
            for (index, net) in nets.enumerated() {
                for source in net.sources {
                    leaving[source].append(End(channel: channel, net: index, mean: mean(net.targets)))
                }
                for target in net.targets {
                    arriving[target].append(End(channel: channel, net: index, mean: mean(net.sources)))
                }
            }
        }
        func sorted(_ ends: [End]) -> [End] { ends.sorted { ($0.mean, $0.net) < ($1.mean, $1.net) } }
        self.leaving = leaving.map(sorted)
        self.arriving = arriving.map(sorted)
    }

    /// How many lines meet a vertex on the side where more of them do.
    func lines(at vertex: Int) -> Int { max(leaving[vertex].count, arriving[vertex].count) }

    /// Where a net leaves a vertex of a size, counted from the vertex's beginning.
    func exit(of net: Int, from vertex: Int, size: Int) -> Int { Self.port(net, leaving[vertex], size) }

    /// Where a net arrives at a vertex of a size, counted from the vertex's beginning.
    func entry(of net: Int, to vertex: Int, size: Int) -> Int { Self.port(net, arriving[vertex], size) }

    /// Ends are spread around the middle, in their order; corners stay free unless the vertex is a bend.
    private static func port(_ net: Int, _ ends: [End], _ size: Int) -> Int {
        let index = ends.firstIndex { $0.net == net } ?? 0
        guard size > 2 else { return 0 }
        let step = ends.count < 2 ? 0 : max(1, min(size > 12 ? 4 : 1, (size - 3) / (ends.count - 1)))
        let first = (size - 1 - (ends.count - 1) * step) / 2
        return min(max(1, first + index * step), size - 2)
    }

    /// The links with the places at which they meet their vertices.
    func ties(sizes: [Int]) -> [LayerPlacement.Tie] {
        channels.flatMap { nets in
            nets.enumerated().flatMap { index, net in
                net.sources.flatMap { source in
                    net.targets.map { target in
                        LayerPlacement.Tie(
                            from: source, to: target, leaves: exit(of: index, from: source, size: sizes[source]),
                            arrives: entry(of: index, to: target, size: sizes[target]))
                    }
                }
            }
        }
    }
}
