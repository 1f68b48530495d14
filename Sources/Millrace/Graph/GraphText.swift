extension RunGraph {
    /// The graph for a terminal.
    ///
    /// Steps are boxes with a sign of where they stand, and lines lead from each to those that wait for it: from left to
    /// right where that fits the width, else from top to bottom. Lines that meet belong together; lines that only cross
    /// are drawn as if the horizontal one went below the other. Dashed ones stand for edges that let a step run although
    /// the one before it failed; a line below the drawing explains them. What fits neither way becomes a list.
    ///
    /// - Returns: lines that end with a line break, none of them wider than asked for, or than 20 columns.
    public func text(_ options: TextOptions = TextOptions()) -> String {
        let glyphs = Glyphs(options.characters)
        let width = max(20, options.width)
        var lines: [String] = []
        let heading = title.onOneLine
        if !heading.isEmpty {
            lines += [glyphs.written(heading).shortened(to: width, sign: glyphs.cut), ""]
        }
        if let diagram = diagram(options, glyphs) {
            lines += diagram.canvas.lines(glyphs)
            let legend = glyphs.legend(of: policies(), width: width)
            if !legend.isEmpty { lines += [""] + legend }
        } else {
            lines += GraphList(self, glyphs: glyphs, width: width).lines
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// The boxes, in the first form that fits the width; nil when none does.
    func diagram(_ options: TextOptions, _ glyphs: Glyphs) -> TextDiagram? {
        guard !nodes.isEmpty else { return nil }
        let isNested = nodes.contains { $0.children != nil }
        let forms: [[TextDirection]] =
            switch options.form {
            case .automatic: isNested ? [[.right], [.right, .down], [.down, .right], [.down]] : [[.right], [.down]]
            case .right: [[.right]]
            case .down: [[.down]]
            case .list: []
            }
        return forms.lazy.map { TextDiagram(self, glyphs: glyphs, directions: $0) }
            .first { $0.canvas.width <= max(20, options.width) && $0.isUnambiguous }
    }

    /// The policies of all edges that are drawn.
    func policies(depth: Int = 0) -> Set<FailurePolicy> {
        nodes.reduce(into: []) { found, node in
            found.formUnion(node.edges.map(\.policy))
            if let children = node.children, depth < Self.deepestLevel {
                found.formUnion(children.policies(depth: depth + 1))
            }
        }
    }
}
