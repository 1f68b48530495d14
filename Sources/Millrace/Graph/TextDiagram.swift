/// A graph as boxes and lines on a canvas of characters.
///
/// It is laid out *along* the direction of its layers and *across* it; only the last step knows which of both is
/// horizontal.
struct TextDiagram {
    /// Where a box lies on the canvas, in characters.
    struct Frame: Hashable {
        var x: Int
        var y: Int
        var width: Int
        var height: Int
    }

    let canvas: TextCanvas
    /// The boxes of the steps, in the order of the graph.
    let frames: [Frame]
    /// Whether no line can be taken for another one, here and in nested graphs. Seldom false, with very many edges.
    let isUnambiguous: Bool

    /// - Parameter directions: the direction of this graph, and of those nested in it; the last holds for all below.
    init(_ graph: RunGraph, glyphs: Glyphs, directions: [TextDirection], depth: Int = 0) {
        let direction = directions.first ?? .right
        let below = directions.count > 1 ? Array(directions.dropFirst()) : directions
        let boxes = graph.nodes.map { StepBox($0, glyphs: glyphs, directions: below, depth: depth) }
        var layered = LayeredGraph(graph)
        layered.untangle()
        let wiring = Wiring(layered)
        let routing = TextRouting(layered, wiring, sizes: Self.sizes(boxes, layered, wiring, direction), direction)
        let (along, across) = (routing.length, routing.placement.extent)
        var canvas =
            direction == .right
            ? TextCanvas(width: along, height: across) : TextCanvas(width: across, height: along)
        let frames = boxes.indices.map { routing.frame(of: $0) }
        for (box, frame) in zip(boxes, frames) { box.draw(on: &canvas, in: frame, glyphs: glyphs) }
        routing.draw(on: &canvas, glyphs: glyphs)
        isUnambiguous = routing.isComplete && canvas.isUnambiguous && boxes.allSatisfy(\.isUnambiguous)
        self.canvas = canvas
        self.frames = frames
    }

    /// The place that each vertex takes. Boxes of a layer that follow each other downwards are equally wide, unless they
    /// hold a graph; a box is high enough for the lines that meet it.
    private static func sizes(
        _ boxes: [StepBox], _ graph: LayeredGraph, _ wiring: Wiring, _ direction: TextDirection
    ) -> [TextRouting.Size] {
        var widths = boxes.map(\.width)
        if direction == .right {
            for layer in graph.layers {
                let plain = layer.compactMap { graph.vertices[$0].node }.filter { !boxes[$0].holdsGraph }
                let widest = plain.map { widths[$0] }.max() ?? 0
                for box in plain { widths[box] = widest }
            }
        }
        return graph.vertices.indices.map { vertex in
            guard let node = graph.vertices[vertex].node else { return TextRouting.Size(along: 1, across: 1) }
            let room = wiring.lines(at: vertex) + 2
            return switch direction {
            case .right: TextRouting.Size(along: widths[node], across: max(boxes[node].height, room))
            case .down: TextRouting.Size(along: boxes[node].height, across: max(widths[node], room))
            }
        }
    }
}
