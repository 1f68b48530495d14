extension RunGraph {
    /// The graph as an SVG document, from left to right.
    ///
    /// It stands alone: no scripts, no fonts, no pictures of others. Its colours follow the reader's choice of light or
    /// dark, and resting the pointer on a step or a line says in words what it is. All its classes begin with `mg-`, and
    /// it has no ids, so several may stand in one page.
    public func svg() -> String {
        let diagram = SVGDiagram(self)
        let heading = title.onOneLine
        let legend = SVGLegend(policies())
        let margin = 20
        let top = margin + (heading.isEmpty ? 0 : 32)
        let width = max(diagram.width, SVGMeasure.name(heading, size: 15), legend.width) + 2 * margin
        let height = top + diagram.height + legend.height + margin
        var lines = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" class="mg-graph" role="img" width="\(width)" height="\(height)" \
            viewBox="0 0 \(width) \(height)">
            """,
            "<title>\((heading.isEmpty ? "pipeline" : heading).inXML)</title>",
            "<style>\n\(SVGStyle.sheet)\n</style>",
            "<rect class=\"mg-page\" width=\"\(width)\" height=\"\(height)\"/>",
        ]
        if !heading.isEmpty {
            lines.append("<text class=\"mg-heading\" x=\"\(margin)\" y=\"\(margin + 12)\">\(heading.inXML)</text>")
        }
        lines.append("<g transform=\"translate(\(margin) \(top))\">")
        lines += diagram.elements
        lines.append("</g>")
        lines += legend.elements(x: margin, y: top + diagram.height)
        lines.append("</svg>")
        return lines.map { $0 + "\n" }.joined()
    }
}

/// How much room a text takes, in pixels: a guess that no usual font goes beyond by much.
enum SVGMeasure {
    /// A text in the fixed-width font.
    static func name(_ text: String, size: Int = 13) -> Int { text.columns * size * 61 / 100 + 2 }

    /// A text in the proportional font.
    static func plain(_ text: String) -> Int { text.columns * 7 + 2 }
}

/// Explains the dashes of a drawing, where it has any.
private struct SVGLegend {
    private let entries: [(policy: FailurePolicy, text: String)]

    init(_ policies: Set<FailurePolicy>) {
        entries = [(.continue, "runs after a failure too"), (.always, "runs in any case")]
            .filter { policies.contains($0.0) }
    }

    var height: Int { entries.isEmpty ? 0 : 34 }
    var width: Int { entries.reduce(0) { $0 + 62 + SVGMeasure.plain($1.text) } }

    func elements(x: Int, y: Int) -> [String] {
        var x = x
        return entries.flatMap { policy, text in
            defer { x += 62 + SVGMeasure.plain(text) }
            return [
                "<path class=\"mg-edge mg-\(policy.rawValue)\" d=\"M\(x) \(y + 26)H\(x + 34)\"/>",
                "<path class=\"mg-head\" d=\"M\(x + 34) \(y + 22)l7 4l-7 4z\"/>",
                "<text class=\"mg-plain\" x=\"\(x + 48)\" y=\"\(y + 30)\">\(text.inXML)</text>",
            ]
        }
    }
}
