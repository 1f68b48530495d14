import Postgres

extension DefinitionReader {
    static let stepKeys = [
        "plugin", "args", "approval", "pipeline", "parameters", "needs", "when", "for-each", "queue", "priority",
        "max-attempts", "timeout", "backoff", "weight", "keys",
    ]

    /// A step, with an empty plugin where its work could not be read; nil when it is no mapping.
    mutating func readStep(named name: String, _ node: YAMLNode, at path: ValuePath) -> PipelineStep? {
        let form = "write `\(name): { plugin: NAME }`"
        guard let fields = fields(of: node, at: path, known: Self.stepKeys, as: "a mapping", wayOut: form) else {
            return nil
        }
        var step = PipelineStep(name: name, work: readWork(fields, ofStep: name, at: path))
        if let node = fields["needs"] { step.needs = readNeeds(node, at: path.key("needs")) }
        if let node = fields["when"] { step.when = readConditions(node, at: path.key("when")) }
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
        if let node = fields["backoff"] { readBackoff(node, of: &step, at: path.key("backoff")) }
        step.weight = fields["weight"].flatMap { readNumber($0, at: path.key("weight"), in: 1...1000) }
        if let node = fields["keys"] { step.keys = readKeys(node, at: path.key("keys")) }
        return step
    }

    private mutating func readConditions(_ node: YAMLNode, at path: ValuePath) -> [PipelineStep.Condition] {
        let example = "$.customers > 100"
        guard let members = node.members else {
            let wayOut = "write `when: { STEP: \"\(example)\" }`"
            report(.wrongType(found: node.shown, expected: "a mapping", wayOut: wayOut), at: path)
            return []
        }
        return members.compactMap { member in
            readJSONPath(member.value, at: path.key(member.key), example: example)
                .map { PipelineStep.Condition(step: member.key, predicate: $0) }
        }
    }

    private mutating func readBackoff(_ node: YAMLNode, of step: inout PipelineStep, at path: ValuePath) {
        let form = "write `backoff: { base: 5s, cap: 10m }`"
        guard let fields = fields(of: node, at: path, known: ["base", "cap"], as: "a mapping", wayOut: form) else {
            return
        }
        if node.members?.isEmpty == true { report(.missingKey(wayOut: form), at: path.key("base")) }
        step.backoffBase = fields["base"].flatMap {
            readDuration($0, at: path.key("base"), atLeast: .milliseconds(1))
        }
        step.backoffCap = fields["cap"].flatMap { readDuration($0, at: path.key("cap"), atLeast: .milliseconds(1)) }
        if let base = step.backoffBase, let cap = step.backoffCap, cap < base {
            report(.capBelowBase(base), at: path.key("cap"))
        }
    }

    private mutating func readKeys(_ node: YAMLNode, at path: ValuePath) -> [String: String] {
        guard let members = node.members else {
            let wayOut = "write `keys: { NAME: TEXT }`"
            report(.wrongType(found: node.shown, expected: "a mapping", wayOut: wayOut), at: path)
            return [:]
        }
        var keys: [String: String] = [:]
        for member in members {
            keys[member.key] = readText(member.value, at: path.key(member.key), example: "tenant: acme")
        }
        return keys
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
