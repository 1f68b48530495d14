extension ArgumentSchema {
    static let secretMark = "x-millrace-secret"

    static func secrets(in root: JSONValue) -> Set<String> {
        let properties = root["properties"]?.members ?? []
        return Set(properties.filter { $0.value[secretMark] == true }.map(\.key))
    }

    /// What would let a secret be stored or published in the clear.
    static func secretMistakes(in root: JSONValue) -> [String] {
        var mistakes: [String] = []
        for name in secrets(in: root).sorted() {
            if let usual = root["properties"]?[name]?["default"], !isEmpty(usual) {
                mistakes.append(
                    "the secret argument \"\(name)\" has a default, which would be published: make it optional or empty"
                )
            }
        }
        var outside = root
        for property in outside["properties"]?.members ?? [] {
            outside["properties"]?[property.key]?[secretMark] = nil
        }
        if marksSecrets(outside) {
            mistakes.append("only arguments at the top can be secret, and one inside of another is marked so")
        }
        return mistakes
    }

    private static func isEmpty(_ value: JSONValue) -> Bool {
        switch value {
        case .null: true
        case .string(let string): string.isEmpty
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        case .bool, .number: false
        }
    }

    private static func marksSecrets(_ value: JSONValue) -> Bool {
        switch value {
        case .null, .bool, .number, .string: false
        case .array(let elements): elements.contains(where: marksSecrets)
        case .object(let members):
            members.contains { ($0.key == secretMark && $0.value == true) || marksSecrets($0.value) }
        }
    }

    /// All that does not fit, in the order of the arguments as given; what is missing comes last. Says nothing of the
    /// values of secret arguments, since messages are stored with the job.
    ///
    /// - Parameter opened: further arguments whose values must not be shown.
    func problems(of arguments: JSONValue, concealing opened: Set<String> = []) -> [ArgumentProblem] {
        let hasSealed = arguments.members?.contains { SealedValue.isMarked($0.value) } ?? false
        if !hasSealed, matcher.matches(arguments) { return [] }
        let found = ArgumentValidation.problems(of: arguments, against: root)
        let hidden = secrets.union(opened)
        let members = arguments.members ?? []
        guard !hidden.isEmpty || hasSealed else { return found }

        let foundByName = Dictionary(grouping: found) { $0.path.components.first }
        var problems: [ArgumentProblem] = []
        for member in members {
            let path = ValuePath(member.key)
            let problemsHere = foundByName[member.key] ?? []
            if SealedValue.isMarked(member.value) {
                problems += problem(ofSealed: member.value, at: path).map { [$0] } ?? []
            } else if hidden.contains(member.key), !problemsHere.isEmpty, takes(member.key) {
                problems.append(concealedProblem(at: path))
            } else {
                problems += problemsHere
            }
        }
        let given = Set(members.map(\.key))
        for problem in found where problem.path.components.first.map({ !given.contains($0) }) ?? true {
            // A problem of the whole quotes it.
            problems.append(problem.path.components.isEmpty ? concealedProblem(at: problem.path) : problem)
        }
        return problems
    }

    /// What is said of a value that does not fit and must not be shown.
    func concealedProblem(at path: ValuePath) -> ArgumentProblem {
        guard let name = path.components.first else {
            return ArgumentProblem(
                path: path, problem: "the arguments do not fit (not shown, some are secret)",
                wayOut: "give arguments that the schema takes")
        }
        let expectation = ArgumentExpectation(root["properties"]?[name] ?? [:])
        return ArgumentProblem(
            path: ValuePath(name), problem: "the value does not fit (not shown, it is secret)",
            wayOut: "give \(expectation)")
    }

    private func problem(ofSealed value: JSONValue, at path: ValuePath) -> ArgumentProblem? {
        guard let name = path.components.first, secrets.contains(name) else {
            return ArgumentProblem(
                path: path, problem: "is sealed, and is no secret argument", wayOut: "give its value in the clear")
        }
        guard SealedValue(value) == nil else { return nil }
        return ArgumentProblem(
            path: path, problem: "has the mark of a sealed value and not its form", wayOut: "seal the value anew")
    }

    /// Whether an argument of this name is checked by its value, and not refused for its name.
    private func takes(_ name: String) -> Bool {
        root["properties"]?[name] != nil || root["additionalProperties"] != false
    }
}
