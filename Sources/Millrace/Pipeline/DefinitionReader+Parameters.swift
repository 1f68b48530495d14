import Postgres

extension DefinitionReader {
    /// The parameters of a pipeline, without those that are wrong.
    mutating func readParameters(_ node: YAMLNode, at path: ValuePath) -> [String: PipelineParameter] {
        guard let members = node.members else {
            let wayOut = "write below it a line `NAME: DEFAULT` for each parameter"
            report(.wrongType(found: node.shown, expected: "a mapping", wayOut: wayOut), at: path)
            return [:]
        }
        var parameters: [String: PipelineParameter] = [:]
        for member in members {
            let place = path.key(member.key)
            if !isParameterName(member.key) { report(.badParameterName(member.key), at: place) }
            if let parameter = readParameter(named: member.key, member.value, at: place) {
                parameters[member.key] = parameter
            }
        }
        return parameters
    }

    /// A default, or a mapping that may have one.
    private mutating func readParameter(
        named name: String, _ node: YAMLNode, at path: ValuePath
    ) -> PipelineParameter? {
        guard node.members != nil else {
            guard !node.isLeftOut else {
                let wayOut = "write `\(name): {}` for one that each start must give, or `\(name): null`"
                report(.wrongType(found: node.shown, expected: "a default", wayOut: wayOut), at: path)
                return nil
            }
            return PipelineParameter(defaultValue: node.json.sorted.text)
        }
        guard
            let fields = fields(
                of: node, at: path, known: ["default", "description"], as: "a mapping",
                wayOut: "write `\(name): { default: VALUE, description: TEXT }`")
        else { return nil }
        return PipelineParameter(
            defaultValue: fields["default"]?.json.sorted.text,
            description: fields["description"].flatMap {
                readText($0, at: path.key("description"), example: "description: which day")
            })
    }

    /// Values for the parameters of the pipeline, of which each without a default needs one.
    mutating func readScheduleParameters(_ node: YAMLNode?, at path: ValuePath) -> JSONText {
        if let node, node.members == nil {
            let wayOut = "write `parameters: { NAME: VALUE }`, or leave it out"
            report(.wrongType(found: node.shown, expected: "a mapping", wayOut: wayOut), at: path)
            return JSONText("{}")
        }
        let given = node?.members?.map(\.key) ?? []
        for name in given {
            guard let known = parameterNames, !known.contains(name) else { continue }
            report(.unknownParameter(name, known: known), at: path.key(name))
        }
        for name in parameters.filter({ $0.value.defaultValue == nil }).keys.sorted() where !given.contains(name) {
            let wayOut = "give it a value here, or a default under `parameters:`"
            report(.missingKey(wayOut: wayOut), at: path.key(name))
        }
        return node?.json.sorted.text ?? JSONText("{}")
    }
}

extension YAMLNode {
    /// Whether nothing is written where the value should be.
    fileprivate var isLeftOut: Bool {
        guard case .scalar(.null, let text) = content else { return false }
        return text.isEmpty
    }
}
