/// A step as a card: a stripe and a sign in the colour of its state, its facts, and the nested graph below them.
struct SVGCard {
    private let facts: StepFacts
    private let tooltip: String
    private let lines: [(style: String, text: String)]
    private let inside: SVGDiagram?
    private let depth: Int

    private static let longestText = 44
    private static let lineHeight = 18
    private static let icon = 16

    init(_ node: RunGraph.Node, depth: Int) {
        facts = StepFacts(node)
        self.depth = depth
        var lines = [("mg-plain", facts.kind)]
        if let count = facts.count {
            lines.append(("mg-plain", count + (facts.share.map { " · \(Int($0 * 100))%" } ?? "")))
        }
        if let note = facts.note { lines.append(("mg-note", note)) }
        if let title = facts.insideTitle { lines.append(("mg-plain", title)) }
        var inside: SVGDiagram?
        if let children = node.children, let count = facts.insideCount {
            if depth < RunGraph.deepestLevel {
                inside = SVGDiagram(children, depth: depth + 1)
            } else {
                lines.append(("mg-plain", count))
            }
        }
        self.inside = inside
        self.lines = lines.filter { !$0.1.isEmpty }.map { ($0.0, $0.1.shortened(to: Self.longestText)) }
        tooltip = facts.sentence
    }

    var holdsGraph: Bool { inside != nil }
    private var name: String { facts.name.shortened(to: Self.longestText) }
    private var textStart: Int { 14 + (facts.state == nil ? 0 : Self.icon + 7) }
    private var headerHeight: Int { 20 + Self.lineHeight * (1 + lines.count) + (facts.share == nil ? 0 : 10) }

    var width: Int {
        let standing = facts.standing.isEmpty ? 0 : 16 + SVGMeasure.plain(facts.standing)
        let head = textStart + SVGMeasure.name(name) + standing
        let longest = lines.map { SVGMeasure.plain($0.text) }.max() ?? 0
        return 12 + max(120, head, textStart + longest, inside.map { $0.width + 16 } ?? 0)
    }

    var height: Int { headerHeight + (inside.map { $0.height + 14 } ?? 0) }

    func elements(in frame: SVGDiagram.Frame) -> [String] {
        let (width, height) = (frame.width, frame.height)
        var elements = [
            "<g class=\"mg-step mg-\(facts.state?.rawValue ?? "none")\" transform=\"translate(\(frame.x) \(frame.y))\">",
            "<title>\(tooltip.inXML)</title>",
            "<rect class=\"mg-card mg-level\(depth % 2)\" width=\"\(width)\" height=\"\(height)\" rx=\"7\"/>",
            "<path class=\"mg-stripe\" d=\"M7 0H5A5 7 0 0 0 0 7V\(height - 7)A5 7 0 0 0 5 \(height)H5V0z\"/>",
        ]
        if let state = facts.state {
            elements.append("<g transform=\"translate(14 11)\">\(SVGStyle.icon(state))</g>")
        }
        elements.append("<text class=\"mg-name\" x=\"\(textStart)\" y=\"24\">\(name.inXML)</text>")
        if !facts.standing.isEmpty {
            elements.append("<text class=\"mg-standing\" x=\"\(width - 12)\" y=\"24\">\(facts.standing.inXML)</text>")
        }
        var y = 24
        for line in lines {
            y += Self.lineHeight
            elements.append("<text class=\"\(line.style)\" x=\"\(textStart)\" y=\"\(y)\">\(line.text.inXML)</text>")
        }
        if let share = facts.share {
            let room = width - textStart - 12
            let done = Int(Double(room) * share)
            elements.append(
                "<rect class=\"mg-track\" x=\"\(textStart)\" y=\"\(y + 9)\" width=\"\(room)\" height=\"5\" rx=\"2\"/>")
            if done > 0 {
                elements.append(
                    "<rect class=\"mg-bar\" x=\"\(textStart)\" y=\"\(y + 9)\" width=\"\(done)\" height=\"5\" rx=\"2\"/>"
                )
            }
        }
        if let inside {
            elements.append("<g transform=\"translate(\((width - inside.width) / 2 + 1) \(headerHeight))\">")
            elements += inside.elements
            elements.append("</g>")
        }
        elements.append("</g>")
        return elements
    }
}
