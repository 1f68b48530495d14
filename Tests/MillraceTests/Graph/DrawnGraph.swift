@testable import Millrace

/// Reads a drawing of boxes back: follows the lines as a reader does, never against the direction of the layers, and
/// says what they join.
struct DrawnGraph {
    struct Edge: Hashable {
        var from: String
        var to: String
        var policy: FailurePolicy
    }

    private(set) var edges: Set<Edge> = []
    /// Places where a line leads nowhere or into another one's side.
    private(set) var faults: [String] = []

    private let cells: [[Character]]
    private let frames: [TextDiagram.Frame]
    private let names: [String]

    private let backwards: LineSides

    /// - Parameter lines: of characters that take one column each.
    init(_ lines: [String], frames: [TextDiagram.Frame], names: [String], direction: TextDirection) {
        cells = lines.map(Array.init)
        backwards = direction == .right ? .left : .up
        self.frames = frames
        self.names = names
        for (frame, name) in zip(frames, names) {
            for y in frame.y..<frame.y + frame.height where self[frame.x + frame.width - 1, y] == "├" {
                follow(from: name, x: frame.x + frame.width - 1, y: y, heading: .right)
            }
            for x in frame.x..<frame.x + frame.width where self[x, frame.y + frame.height - 1] == "┬" {
                follow(from: name, x: x, y: frame.y + frame.height - 1, heading: .down)
            }
        }
    }

    private subscript(x: Int, y: Int) -> Character {
        cells.indices.contains(y) && cells[y].indices.contains(x) ? cells[y][x] : " "
    }

    private struct Visit: Hashable {
        var x: Int
        var y: Int
        var heading: UInt8
    }

    private mutating func follow(from name: String, x: Int, y: Int, heading: LineSides) {
        var open = [(x: x, y: y, heading: heading, before: Character(" "))]
        var seen: Set<Visit> = []
        while let here = open.popLast() {
            guard seen.insert(Visit(x: here.x, y: here.y, heading: here.heading.rawValue)).inserted else { continue }
            let (dx, dy) = Self.step(here.heading)
            let (x, y) = (here.x + dx, here.y + dy)
            let cell = self[x, y]
            if cell == "►" || cell == "▼" {
                guard let target = frames.firstIndex(where: { Self.contains($0, x + dx, y + dy) }) else {
                    faults.append("arrow to nothing at \(x), \(y)")
                    continue
                }
                edges.insert(Edge(from: name, to: names[target], policy: Self.policy(here.before)))
                continue
            }
            let isHorizontal = here.heading == .left || here.heading == .right
            if "│╎┊".contains(cell) || ("─╌┈".contains(cell) && isHorizontal) {
                open.append((x, y, here.heading, cell))
                continue
            }
            guard let sides = Self.junctions[cell], sides.contains(Self.opposite(here.heading)) else {
                faults.append("line of \(name) breaks at \(x), \(y): \(cell)")
                continue
            }
            for side in [LineSides.up, .right, .down, .left]
            where sides.contains(side) && side != Self.opposite(here.heading) && side != backwards {
                open.append((x, y, side, cell))
            }
        }
    }

    private static let junctions: [Character: LineSides] = [
        "╰": [.up, .right], "╭": [.right, .down], "╮": [.down, .left], "╯": [.up, .left],
        "├": [.up, .right, .down], "┤": [.up, .down, .left], "┬": [.right, .down, .left],
        "┴": [.up, .right, .left], "┼": [.up, .right, .down, .left],
    ]

    private static func policy(_ character: Character) -> FailurePolicy {
        if "╌╎".contains(character) { return .continue }
        return "┈┊".contains(character) ? .always : .stop
    }

    private static func contains(_ frame: TextDiagram.Frame, _ x: Int, _ y: Int) -> Bool {
        (frame.x..<frame.x + frame.width).contains(x) && (frame.y..<frame.y + frame.height).contains(y)
    }

    private static func step(_ heading: LineSides) -> (Int, Int) {
        switch heading {
        case .up: (0, -1)
        case .right: (1, 0)
        case .down: (0, 1)
        default: (-1, 0)
        }
    }

    private static func opposite(_ heading: LineSides) -> LineSides {
        switch heading {
        case .up: .down
        case .right: .left
        case .down: .up
        default: .right
        }
    }
}
