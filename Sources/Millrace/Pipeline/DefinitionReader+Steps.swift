import Postgres

extension DefinitionReader {
    private static let stepKeys = ["plugin", "args", "needs", "queue", "priority", "max-attempts", "timeout"]

    /// A step, with an empty plugin where that could not be read; nil when it is no mapping.
    mutating func readStep(named name: String, _ node: YAMLNode, at path: ValuePath) -> PipelineStep? {
        let form = "write `\(name): { plugin: NAME }`"
        guard let fields = fields(of: node, at: path, known: Self.stepKeys, as: "a mapping", wayOut: form) else {
            return nil
        }
        var step = PipelineStep(name: name, plugin: "")
        if let node = fields["plugin"] {
            step.plugin = readText(node, at: path.key("plugin"), example: "plugin: greet") ?? ""
        } else {
            report(.missingKey(wayOut: form), at: path.key("plugin"))
        }
        if let node = fields["args"] {
            if node.members == nil {
                let wayOut = "write `args: { NAME: VALUE }`, or leave it out"
                report(.wrongType(found: node.shown, expected: "a mapping", wayOut: wayOut), at: path.key("args"))
            } else {
                step.arguments = node.json.sorted.text
            }
        }
        if let node = fields["needs"] { step.needs = readNeeds(node, at: path.key("needs")) }
        step.queue = fields["queue"].flatMap { readText($0, at: path.key("queue"), example: "queue: default") }
        step.priority = fields["priority"].flatMap {
            readNumber($0, at: path.key("priority"), in: Int(Int16.min)...Int(Int16.max))
        }
        step.maxAttempts = fields["max-attempts"].flatMap {
            readNumber($0, at: path.key("max-attempts"), in: 1...1000)
        }
        step.timeout = fields["timeout"].flatMap {
            readDuration($0, at: path.key("timeout"), atLeast: .milliseconds(1))
        }
        return step
    }

    private mutating func readNeeds(_ node: YAMLNode, at path: ValuePath) -> [PipelineStep.Need] {
        guard let elements = node.elements else {
            let example = node.text ?? "STEP"
            report(
                .wrongType(found: node.shown, expected: "a list", wayOut: "write `needs: [\(example)]`"), at: path)
            return []
        }
        var needs: [PipelineStep.Need] = []
        for (index, element) in elements.enumerated() {
            let place = path.element(index)
            guard let need = readNeed(element, at: place) else { continue }
            if needs.contains(where: { $0.step == need.step }) {
                report(.needTwice(need.step), at: place)
            } else {
                needs.append(need)
            }
        }
        return needs
    }

    private mutating func readNeed(_ node: YAMLNode, at path: ValuePath) -> PipelineStep.Need? {
        let form = "write the name of a step, or `{ step: NAME, on-failure: continue }`"
        if let name = node.scalar?.string { return PipelineStep.Need(name) }
        guard let fields = fields(of: node, at: path, known: ["step", "on-failure"], as: "a step", wayOut: form) else {
            return nil
        }
        let policy: FailurePolicy? = fields["on-failure"].flatMap { readChoice($0, at: path.key("on-failure")) }
        guard let step = fields["step"] else {
            report(.missingKey(wayOut: form), at: path.key("step"))
            return nil
        }
        return readText(step, at: path.key("step"), example: "step: NAME")
            .map { PipelineStep.Need($0, onFailure: policy ?? .stop) }
    }
}
