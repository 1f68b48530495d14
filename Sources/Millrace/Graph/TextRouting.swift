/// The places of boxes and lines in characters, along the layers and across them.
struct TextRouting {
    struct Size {
        var along: Int
        var across: Int
    }

    private(set) var placement: LayerPlacement
    /// What the whole takes along the layers.
    private(set) var length = 0
    /// Whether every line between layers found its track.
    private(set) var isComplete = true

    private let graph: LayeredGraph
    private let wiring: Wiring
    private let sizes: [Size]
    private let direction: TextDirection
    private var tracks: [[Int?]] = []
    /// Where each layer begins and ends along the way.
    private var layers: [Range<Int>] = []

    init(_ graph: LayeredGraph, _ wiring: Wiring, sizes: [Size], _ direction: TextDirection) {
        self.graph = graph
        self.wiring = wiring
        self.sizes = sizes
        self.direction = direction
        let across = sizes.map(\.across)
        placement = LayerPlacement(
            layers: graph.layers, sizes: across,
            bends: Set(graph.vertices.indices.filter { graph.vertices[$0].node == nil }),
            ties: wiring.ties(sizes: across), gap: direction == .right ? 0 : 2)
        for layer in graph.layers.indices {
            let extent = graph.layers[layer].map { sizes[$0].along }.max() ?? 0
            layers.append(length..<length + extent)
            length += extent
            guard layer < wiring.channels.count else { break }
            let found = findTracks(after: layer)
            tracks.append(found?.tracks ?? [])
            isComplete = isComplete && found != nil
            let isDashed = wiring.channels[layer].contains { $0.policy != .stop }
            length += Self.channelLength(tracks: found?.count ?? 0, isDashed: isDashed, direction)
        }
    }

    /// The box of a step on the canvas.
    func frame(of vertex: Int) -> TextDiagram.Frame {
        let (along, across) = (layers[graph.vertices[vertex].layer].lowerBound, placement.starts[vertex])
        let size = sizes[vertex]
        return switch direction {
        case .right: TextDiagram.Frame(x: along, y: across, width: size.along, height: size.across)
        case .down: TextDiagram.Frame(x: across, y: along, width: size.across, height: size.along)
        }
    }

    /// Draws all lines, the places where they leave boxes, and the heads of the arrows.
    func draw(on canvas: inout TextCanvas, glyphs: Glyphs) {
        var number = 0
        for (channel, nets) in wiring.channels.enumerated() where tracks[channel].count == nets.count {
            for (net, track) in zip(nets.indices, tracks[channel]) {
                draw(net, of: channel, track: track, number: number, on: &canvas, glyphs: glyphs)
                number += 1
            }
        }
    }

    // MARK: Between layers

    /// The cells before the first track, from one track to the next, and of a channel without tracks.
    private static func spacing(_ direction: TextDirection) -> (before: Int, step: Int, empty: Int) {
        direction == .right ? (1, 2, 3) : (0, 1, 2)
    }

    private static func channelLength(tracks: Int, isDashed: Bool, _ direction: TextDirection) -> Int {
        let (before, step, empty) = spacing(direction)
        // A corner cannot be dashed, so a dashed line needs a straight piece before its arrowhead.
        let arrow = direction == .right || isDashed ? 2 : 1
        return tracks == 0 ? empty : before + (tracks - 1) * step + 1 + arrow
    }

    private func ends(of net: Int, in channel: Int) -> ChannelTracks.Ends {
        let wires = wiring.channels[channel][net]
        return ChannelTracks.Ends(
            exits: wires.sources.map {
                placement.starts[$0] + wiring.exit(of: net, from: $0, size: sizes[$0].across)
            },
            entries: wires.targets.map {
                placement.starts[$0] + wiring.entry(of: net, to: $0, size: sizes[$0].across)
            })
    }

    /// The tracks after a layer. Nets that block each other are parted by pushing their targets along; nil when even
    /// that does not help.
    private mutating func findTracks(after layer: Int) -> ChannelTracks? {
        let nets = wiring.channels[layer]
        for round in 0..<60 {
            do throws(ChannelTracks.Deadlock) {
                return try ChannelTracks(nets.indices.map { ends(of: $0, in: layer) })
            } catch {
                let targets = error.nets.flatMap { nets[$0].targets }
                placement.push(targets[round % targets.count])
            }
        }
        return nil
    }

    // MARK: Lines

    private func draw(
        _ net: Int, of channel: Int, track: Int?, number: Int, on canvas: inout TextCanvas, glyphs: Glyphs
    ) {
        let wires = wiring.channels[channel][net]
        let ends = ends(of: net, in: channel)
        let pen = Pen(direction: direction, net: number, policy: wires.policy)
        let next = layers[channel + 1]
        let spacing = Self.spacing(direction)
        let turn = track.map { layers[channel].upperBound + spacing.before + $0 * spacing.step }
        for (source, place) in zip(wires.sources, ends.exits) {
            let isBend = graph.vertices[source].node == nil
            let start = isBend ? layers[channel].upperBound : layers[channel].lowerBound + sizes[source].along
            pen.run(from: start, to: turn ?? layers[channel].upperBound, at: place, goesOn: turn == nil, on: &canvas)
            if !isBend {
                let (x, y) = pen.cell(start - 1, place)
                canvas.write(String(glyphs.port(direction)), x: x, y: y)
            }
        }
        for (target, place) in zip(wires.targets, ends.entries) {
            let isBend = graph.vertices[target].node == nil
            if let turn { pen.leave(turn, at: place, on: &canvas) }
            let first = turn.map { $0 + 1 } ?? layers[channel].upperBound
            let last = isBend ? next.upperBound - 1 : next.lowerBound - 1
            pen.run(from: first, to: last, at: place, goesOn: true, on: &canvas)
            if !isBend {
                let (x, y) = pen.cell(next.lowerBound - 1, place)
                canvas.write(String(glyphs.arrowhead(direction)), x: x, y: y)
            }
        }
        if let turn { pen.cross(ends.span, at: turn, on: &canvas) }
    }
}

/// Draws the line of a net in cells along and across.
private struct Pen {
    let direction: TextDirection
    let net: Int
    let policy: FailurePolicy

    private var back: LineSides { direction == .right ? .left : .up }
    private var forth: LineSides { direction == .right ? .right : .down }
    private var before: LineSides { direction == .right ? .up : .left }
    private var after: LineSides { direction == .right ? .down : .right }

    func cell(_ along: Int, _ across: Int) -> (x: Int, y: Int) {
        direction == .right ? (along, across) : (across, along)
    }

    /// A line along the layers, both ends included; the last cell is open when it goes on.
    func run(from first: Int, to last: Int, at place: Int, goesOn: Bool, on canvas: inout TextCanvas) {
        guard first <= last else { return }
        for along in first...last {
            put(along, place, along < last || goesOn ? [back, forth] : back, on: &canvas)
        }
    }

    /// A branch towards the next layer.
    func leave(_ along: Int, at place: Int, on canvas: inout TextCanvas) { put(along, place, forth, on: &canvas) }

    /// The line across the layers that joins a net's ends.
    func cross(_ span: ClosedRange<Int>, at along: Int, on canvas: inout TextCanvas) {
        for place in span {
            var sides: LineSides = []
            if place > span.lowerBound { sides.insert(before) }
            if place < span.upperBound { sides.insert(after) }
            put(along, place, sides, on: &canvas)
        }
    }

    private func put(_ along: Int, _ place: Int, _ sides: LineSides, on canvas: inout TextCanvas) {
        let (x, y) = cell(along, place)
        canvas.stroke(x: x, y: y, sides: sides, net: net, policy: policy)
    }
}
