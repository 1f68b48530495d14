extension RunGraph {
    /// The graph as a Mermaid flowchart, for a document whose reader knows Mermaid.
    ///
    /// Steps have ids of their own, so that any name can be drawn, and a class for their state. Nested graphs are
    /// subgraphs; edges that let a step run after a failure are dotted.
    public func mermaid() -> String {
        var lines: [String] = []
        let heading = title.onOneLine
        if !heading.isEmpty { lines += ["---", "title: \"\(Self.quoted(heading))\"", "---"] }
        lines.append("flowchart LR")
        var states: [State: [String]] = [:]
        lines += statements(prefix: "n", depth: 0, states: &states)
        for state in State.allCases {
            guard let ids = states[state] else { continue }
            lines.append("  classDef \(state.rawValue) \(Self.style(state))")
            lines.append("  class \(ids.joined(separator: ",")) \(state.rawValue)")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private func statements(prefix: String, depth: Int, states: inout [State: [String]]) -> [String] {
        let indent = String(repeating: "  ", count: depth + 1)
        let ids = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1.name, "\(prefix)\($0)") })
        var lines: [String] = []
        for (index, node) in nodes.enumerated() {
            let id = "\(prefix)\(index)"
            let label = Self.label(node, isClosed: depth == Self.deepestLevel)
            if let state = node.state { states[state, default: []].append(id) }
            if let children = node.children, !children.nodes.isEmpty, depth < Self.deepestLevel {
                lines.append("\(indent)subgraph \(id)[\"\(label)\"]")
                lines.append("\(indent)  direction LR")
                lines += children.statements(prefix: "\(id)_", depth: depth + 1, states: &states)
                lines.append("\(indent)end")
            } else {
                lines.append(
                    node.kind == "approval" ? "\(indent)\(id){{\"\(label)\"}}" : "\(indent)\(id)[\"\(label)\"]")
            }
        }
        for node in nodes {
            for edge in node.edges {
                guard let from = ids[edge.from], let to = ids[node.name] else { continue }
                let arrow =
                    switch edge.policy {
                    case .stop: "-->"
                    case .continue: "-. continue .->"
                    case .always: "-. always .->"
                    }
                lines.append("\(indent)\(from) \(arrow) \(to)")
            }
        }
        return lines
    }

    /// - Parameter isClosed: whether a nested graph is not drawn, and so is counted.
    private static func label(_ node: Node, isClosed: Bool) -> String {
        let facts = StepFacts(node)
        let symbol = Glyphs(.unicode).symbol(node.state).map { "\($0) " } ?? ""
        return [
            symbol + facts.name, facts.kind, facts.insideTitle, facts.standing, facts.count, facts.note,
            isClosed ? facts.insideCount : nil,
        ]
        .compactMap(\.self).filter { !$0.isEmpty }.map(escaped).joined(separator: "<br/>")
    }

    /// A text for a Mermaid label: ASCII that Mermaid or Markdown could take for a sign of theirs becomes an entity.
    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if character.isASCII, let code = character.asciiValue, !character.isLetter, !character.isNumber,
                !" _/,-".contains(character)
            {
                result += "#\(code);"
            } else {
                result.append(character)
            }
        }
    }

    /// A text inside double quotes in YAML.
    private static func quoted(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }

    private static func style(_ state: State) -> String {
        switch state {
        case .scheduled, .blocked: "fill:#f6f8fa,stroke:#818b98,color:#1f2328,stroke-dasharray:4 3"
        case .parked: "fill:#fff8c5,stroke:#9a6700,color:#1f2328"
        case .ready: "fill:#f6f8fa,stroke:#0969da,color:#1f2328"
        case .running: "fill:#ddf4ff,stroke:#0969da,color:#1f2328"
        case .succeeded: "fill:#dafbe1,stroke:#1a7f37,color:#1f2328"
        case .failed: "fill:#ffebe9,stroke:#cf222e,color:#1f2328"
        case .cancelled, .skipped: "fill:#eaeef2,stroke:#6e7781,color:#1f2328"
        case .quarantined: "fill:#fbefff,stroke:#8250df,color:#1f2328"
        }
    }
}
