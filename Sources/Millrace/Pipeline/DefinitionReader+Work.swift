import Postgres

extension DefinitionReader {
    /// The kinds of work, each the key that says which it is.
    private enum WorkKey: String, CaseIterable {
        case plugin, approval, pipeline

        /// The other keys that a step of this kind may have.
        var companions: Set<String> {
            switch self {
            case .plugin:
                [
                    "args", "for-each", "needs", "when", "queue", "priority", "max-attempts", "timeout", "backoff",
                    "weight", "keys",
                ]
            case .approval: ["needs", "when", "timeout"]
            case .pipeline: ["parameters", "needs", "when"]
            }
        }

        /// What to do about a key that is none of them.
        func wayOut(for key: String) -> String {
            switch (self, key) {
            case (.plugin, "parameters"): "call it args"
            case (.pipeline, "args"): "call it parameters"
            case (.pipeline, "timeout"): "give the other pipeline a deadline"
            default: WorkKey(rawValue: key) == nil ? "take it out" : "keep one of plugin, approval and pipeline"
            }
        }
    }

    /// A step's work, with an empty plugin where that could not be read.
    mutating func readWork(
        _ fields: [String: YAMLNode], ofStep name: String, at path: ValuePath
    ) -> PipelineStep.Work {
        guard let kind = WorkKey.allCases.first(where: { fields[$0.rawValue] != nil }), let node = fields[kind.rawValue]
        else {
            report(.missingKey(wayOut: "write `\(name): { plugin: NAME }`"), at: path.key("plugin"))
            return .plugin("")
        }
        for key in fields.keys where key != kind.rawValue && !kind.companions.contains(key) {
            report(.clash(with: kind.rawValue, wayOut: kind.wayOut(for: key)), at: path.key(key))
        }
        let place = path.key(kind.rawValue)
        switch kind {
        case .plugin:
            return .plugin(
                readText(node, at: place, example: "plugin: greet") ?? "",
                arguments: readValues(fields["args"], at: path.key("args")),
                forEach: fields["for-each"].flatMap { readForEach($0, at: path.key("for-each")) })
        case .approval:
            return .approval(readText(node, at: place, example: #"approval: "Send to everybody?""#) ?? "")
        case .pipeline:
            return .pipeline(
                readName(node, at: place, example: "pipeline: nightly") ?? "",
                parameters: readValues(fields["parameters"], at: path.key("parameters")))
        }
    }

    /// A mapping of values by name.
    private mutating func readValues(_ node: YAMLNode?, at path: ValuePath) -> JSONText {
        guard let node else { return JSONText("{}") }
        guard node.members != nil else {
            let wayOut = "write `\(path.components.last ?? ""): { NAME: VALUE }`, or leave it out"
            report(.wrongType(found: node.shown, expected: "a mapping", wayOut: wayOut), at: path)
            return JSONText("{}")
        }
        return node.json.sorted.text
    }

    private mutating func readForEach(_ node: YAMLNode, at path: ValuePath) -> PipelineStep.ForEach? {
        let form = #"write `for-each: { step: STEP, items: "$.path[*]" }`"#
        guard let fields = fields(of: node, at: path, known: ["step", "items"], as: "a mapping", wayOut: form) else {
            return nil
        }
        for key in ["step", "items"] where fields[key] == nil {
            report(.missingKey(wayOut: form), at: path.key(key))
        }
        let step = fields["step"].flatMap { readText($0, at: path.key("step"), example: "step: NAME") }
        let items = fields["items"].flatMap { readJSONPath($0, at: path.key("items"), example: "$.customers[*]") }
        guard let step, let items else { return nil }
        return PipelineStep.ForEach(step: step, items: items)
    }

    /// A jsonpath; whether the rest of it is one is for the database to say.
    mutating func readJSONPath(_ node: YAMLNode, at path: ValuePath, example: String) -> String? {
        guard let text = node.scalar?.string, !text.isEmpty else {
            report(
                .wrongType(found: node.shown, expected: "a jsonpath", wayOut: "write it like \"\(example)\""), at: path)
            return nil
        }
        guard ["$", "(", "!", "exists"].contains(where: text.hasPrefix) else {
            report(.jsonPath(text, example: example), at: path)
            return nil
        }
        return text
    }
}
