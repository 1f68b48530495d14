/// A graph as a list: a line for each step, level by level, with what it waits for at the end.
struct GraphList {
    private(set) var lines: [String] = []

    private let glyphs: Glyphs
    private let width: Int

    init(_ graph: RunGraph, glyphs: Glyphs, width: Int) {
        self.glyphs = glyphs
        self.width = width
        append(graph, depth: 0)
        if graph.nodes.isEmpty { lines.append("no steps") }
    }

    private mutating func append(_ graph: RunGraph, depth: Int) {
        let layers = LayeredGraph(graph).layers.map { layer in layer.filter { $0 < graph.nodes.count } }
        let rows = graph.nodes.map { Row($0, glyphs) }
        // A column takes at most a third of the line, so that one long name does not push all others away.
        let limit = max(8, width / 3)
        let nameWidth = min(limit, rows.map(\.name.columns).max() ?? 0)
        let kindWidth = min(limit, rows.map(\.kind.columns).max() ?? 0)
        let standingWidth = min(limit, rows.map(\.standing.columns).max() ?? 0)
        let levelWidth = String(layers.count).count
        let margin = String(repeating: " ", count: depth * 4)
        for (level, layer) in layers.enumerated() {
            for (place, node) in layer.enumerated() {
                let row = rows[node]
                let number = place == 0 ? String(level + 1) : ""
                let start = margin + String(repeating: " ", count: levelWidth - number.count) + number + "  "
                let cells =
                    [row.name.filled(to: nameWidth), row.kind.filled(to: kindWidth)]
                    + (standingWidth > 0 ? [row.standing.filled(to: standingWidth)] : [])
                let table = cells.joined(separator: "  ")
                if start.columns + table.columns <= width {
                    wrap(start: start, table, row.rest)
                } else {
                    let parts = [row.kind, row.standing].filter { !$0.isEmpty }.map { (gap: "  ", text: $0) }
                    wrap(start: start, row.name, parts + row.rest)
                }
                guard let children = graph.nodes[node].children, let count = row.insideCount else { continue }
                let indent = margin + String(repeating: " ", count: 4)
                if let title = row.insideTitle { wrap(start: indent, title, []) }
                if depth < RunGraph.deepestLevel {
                    append(children, depth: depth + 1)
                } else {
                    wrap(start: indent, count, [])
                }
            }
        }
    }

    /// Puts parts on a line, each after its own gap; a part that does not fit goes to the next line, further in.
    private mutating func wrap(start: String, _ first: String, _ parts: [(gap: String, text: String)]) {
        var line = start + first
        let indent = String(repeating: " ", count: min(start.columns + 4, width / 2))
        for (gap, part) in parts {
            if line.columns + gap.columns + part.columns <= width {
                line += gap + part
            } else {
                finish(line)
                line = indent + part
            }
        }
        finish(line)
    }

    private mutating func finish(_ line: String) {
        var text = line
        while text.last == " " { text.removeLast() }
        lines.append(text.shortened(to: width, sign: glyphs.cut))
    }

    /// The texts of a step.
    private struct Row {
        let name: String
        let kind: String
        let standing: String
        let insideTitle: String?
        let insideCount: String?
        /// What follows in no columns: facts that few steps have, and what the step waits for.
        let rest: [(gap: String, text: String)]

        init(_ node: RunGraph.Node, _ glyphs: Glyphs) {
            let facts = StepFacts(node)
            name = (glyphs.symbol(node.state).map { "\($0) " } ?? "") + glyphs.written(facts.name)
            kind = glyphs.written(facts.kind)
            standing = facts.standing
            insideTitle = facts.insideTitle.map(glyphs.written)
            insideCount = facts.insideCount
            let needs = node.edges.enumerated().map { index, edge in
                let text =
                    glyphs.written(edge.from.onOneLine) + (edge.policy == .stop ? "" : " (\(edge.policy.rawValue))")
                    + (index == node.edges.count - 1 ? "" : ",")
                return index == 0 ? ("  ", "\(glyphs.waitsFor) \(text)") : (" ", text)
            }
            rest = [facts.count, facts.note].compactMap(\.self).map { ("  ", glyphs.written($0)) } + needs
        }
    }
}
