/// The cards and lines of a graph, without what surrounds them.
struct SVGDiagram {
    /// Where a card lies, in pixels.
    struct Frame: Hashable {
        var x: Int
        var y: Int
        var width: Int
        var height: Int
    }

    private(set) var width = 0
    private(set) var height = 0
    /// The lines first, so that cards lie above them.
    private(set) var elements: [String] = []
    /// The cards of the steps, in the order of the graph.
    private(set) var frames: [Frame] = []

    private static let channel = 60
    private static let gap = 18
    private static let bend = 14

    init(_ graph: RunGraph, depth: Int = 0) {
        let cards = graph.nodes.map { SVGCard($0, depth: depth) }
        var layered = LayeredGraph(graph)
        layered.untangle()
        let heights = layered.vertices.map { vertex in vertex.node.map { cards[$0].height } ?? Self.bend }
        let placement = LayerPlacement(
            layers: layered.layers, sizes: heights,
            bends: Set(layered.vertices.indices.filter { layered.vertices[$0].node == nil }),
            ties: layered.links.map {
                LayerPlacement.Tie(
                    from: $0.from, to: $0.to, leaves: heights[$0.from] / 2, arrives: heights[$0.to] / 2)
            }, gap: Self.gap)
        var widths = cards.map(\.width)
        var columns: [Range<Int>] = []
        for layer in layered.layers {
            let nodes = layer.compactMap { layered.vertices[$0].node }
            let plain = nodes.filter { !cards[$0].holdsGraph }
            let widest = plain.map { widths[$0] }.max() ?? 0
            for node in plain { widths[node] = widest }
            let start = columns.last.map { $0.upperBound + Self.channel } ?? 0
            columns.append(start..<start + (nodes.map { widths[$0] }.max() ?? 0))
        }
        width = columns.last?.upperBound ?? 0
        height = placement.extent
        frames = cards.indices.map { node in
            Frame(
                x: columns[layered.vertices[node].layer].lowerBound, y: placement.starts[node], width: widths[node],
                height: heights[node])
        }
        for route in layered.routes {
            let stops = route.path.map { vertex in
                let column = columns[layered.vertices[vertex].layer]
                let end = layered.vertices[vertex].node.map { column.lowerBound + widths[$0] } ?? column.upperBound
                return Stop(start: column.lowerBound, end: end, y: placement.starts[vertex] + heights[vertex] / 2)
            }
            elements += Self.line(route, stops, graph)
        }
        for (card, frame) in zip(cards, frames) { elements += card.elements(in: frame) }
    }

    /// A vertex on the way of a line, with the columns at which it is entered and left.
    private struct Stop {
        var start: Int
        var end: Int
        var y: Int
    }

    /// An edge as a curve that leaves and arrives level, and runs straight through the layers between.
    private static func line(_ route: LayeredGraph.Route, _ stops: [Stop], _ graph: RunGraph) -> [String] {
        guard let first = stops.first, let last = stops.last, let source = route.path.first,
            let target = route.path.last
        else { return [] }
        var path = "M\(first.end) \(first.y)"
        for (from, to) in zip(stops, stops.dropFirst()) {
            let isLast = to.start == last.start
            let end = isLast ? to.start - 7 : to.start
            if from.y == to.y {
                path += "H\(end)"
            } else {
                // The curve ends where the channel does, however far the card before it reaches into its layer.
                let begin = to.start - channel
                let middle = (begin + end) / 2
                if begin > from.end { path += "H\(begin)" }
                path += "C\(middle) \(from.y) \(middle) \(to.y) \(end) \(to.y)"
            }
            if !isLast { path += "H\(to.end)" }
        }
        let words = "\(graph.nodes[source].name.onOneLine) → \(graph.nodes[target].name.onOneLine)"
        let policy =
            switch route.policy {
            case .stop: ""
            case .continue: ", runs after a failure too"
            case .always: ", runs in any case"
            }
        return [
            "<g><title>\((words + policy).inXML)</title>",
            "<path class=\"mg-edge mg-\(route.policy.rawValue)\" d=\"\(path)\"/>",
            "<path class=\"mg-head\" d=\"M\(last.start - 8) \(last.y - 4)l7 4l-7 4z\"/></g>",
        ]
    }
}
