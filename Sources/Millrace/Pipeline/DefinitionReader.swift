import Postgres

/// Reads a pipeline out of a YAML tree, and goes on after what is wrong so that all of it is found.
struct DefinitionReader {
    static let keys = ["pipeline", "namespace", "parameters", "deadline", "schedule", "steps"]

    private(set) var problems: [(path: ValuePath, problem: DefinitionError.Problem)] = []
    private(set) var name: String?
    private(set) var namespace = PipelineDefinition.usualNamespace
    private(set) var parameters: [String: PipelineParameter] = [:]
    /// The names of the parameters, also of those that are wrong; nil when they could not be read.
    private(set) var parameterNames: Set<String>? = []
    private(set) var deadline: Duration?
    private(set) var steps: [PipelineStep] = []
    private(set) var schedule: ScheduleDefinition?

    init(_ root: YAMLNode) {
        let path = ValuePath()
        guard
            let fields = fields(
                of: root, at: path, known: Self.keys, as: "a mapping",
                wayOut: "begin with `pipeline: NAME` and `steps:`")
        else { return }
        if let node = fields["pipeline"] {
            name = readName(node, at: path.key("pipeline"), example: "pipeline: nightly")
        } else {
            report(.missingKey(wayOut: "begin with `pipeline: NAME`"), at: path.key("pipeline"))
        }
        if let node = fields["namespace"] {
            namespace = readName(node, at: path.key("namespace"), example: "namespace: shop") ?? namespace
        }
        if let node = fields["parameters"] {
            parameterNames = node.members.map { Set($0.map(\.key)) }
            parameters = readParameters(node, at: path.key("parameters"))
        }
        deadline = fields["deadline"].flatMap {
            readDuration($0, at: path.key("deadline"), atLeast: .milliseconds(1))
        }
        if let node = fields["schedule"] { schedule = readSchedule(node, at: path.key("schedule")) }
        if let node = fields["steps"] {
            readSteps(node, at: path.key("steps"))
        } else {
            report(
                .missingKey(wayOut: "write `steps:` and below it a line `NAME: { plugin: NAME }` for each step"),
                at: path.key("steps"))
        }
    }

    private mutating func readSteps(_ node: YAMLNode, at path: ValuePath) {
        guard let members = node.members else {
            report(
                .wrongType(
                    found: node.shown, expected: "a mapping",
                    wayOut: "write below it a line `NAME: { plugin: NAME }` for each step"), at: path)
            return
        }
        if members.isEmpty { report(.noSteps, at: path) }
        for member in members {
            let place = path.key(member.key)
            if !isWellFormedName(member.key) { report(.badName(member.key), at: place) }
            if let step = readStep(named: member.key, member.value, at: place) { steps.append(step) }
        }
    }

    // MARK: What the parts share

    mutating func report(_ problem: DefinitionError.Problem, at path: ValuePath) {
        problems.append((path, problem))
    }

    /// The values of a mapping with fixed keys; nil when it is no mapping.
    mutating func fields(
        of node: YAMLNode, at path: ValuePath, known: [String], as expected: String, wayOut: String
    ) -> [String: YAMLNode]? {
        guard let members = node.members else {
            report(.wrongType(found: node.shown, expected: expected, wayOut: wayOut), at: path)
            return nil
        }
        var fields: [String: YAMLNode] = [:]
        for member in members {
            if known.contains(member.key) {
                fields[member.key] = member.value
            } else {
                let closest = closestSpelling(of: member.key.replacing("_", with: "-"), among: known)
                report(.unknownKey(closest: closest, known: known), at: path.key(member.key))
            }
        }
        return fields
    }

    mutating func readName(_ node: YAMLNode, at path: ValuePath, example: String) -> String? {
        guard let name = readText(node, at: path, example: example) else { return nil }
        guard isWellFormedName(name) else {
            report(.badName(name), at: path)
            return nil
        }
        return name
    }

    mutating func readText(_ node: YAMLNode, at path: ValuePath, example: String) -> String? {
        if let text = node.scalar?.string, !text.isEmpty { return text }
        let wayOut = node.text.flatMap { $0.isEmpty ? nil : "quote it: \"\($0)\"" } ?? "write it like `\(example)`"
        report(.wrongType(found: node.shown, expected: "a text", wayOut: wayOut), at: path)
        return nil
    }

    mutating func readNumber(_ node: YAMLNode, at path: ValuePath, in range: ClosedRange<Int>) -> Int? {
        guard let number = node.scalar?.number, number.isWhole else {
            let wayOut = "give a whole number from \(range.lowerBound) to \(range.upperBound)"
            report(.wrongType(found: node.shown, expected: "a whole number", wayOut: wayOut), at: path)
            return nil
        }
        guard let value = number.whole(as: Int.self), range.contains(value) else {
            report(.outOfRange(number.text, from: range.lowerBound, to: range.upperBound), at: path)
            return nil
        }
        return value
    }

    /// A length of time, rounded down to milliseconds.
    mutating func readDuration(_ node: YAMLNode, at path: ValuePath, atLeast least: Duration) -> Duration? {
        guard let text = node.text else {
            let wayOut = "write it like 90s, 5m, 1h30m, 2d or 250ms"
            report(.wrongType(found: node.shown, expected: "a length of time", wayOut: wayOut), at: path)
            return nil
        }
        do {
            let duration = Duration.milliseconds(try DurationText(text).duration.wholeMilliseconds)
            if duration >= least { return duration }
            let wayOut = "give at least \(DurationText(least))"
            report(.duration(text, problem: "it is less than \(DurationText(least))", wayOut: wayOut), at: path)
        } catch {
            report(.duration(error.text, problem: error.problem, wayOut: error.wayOut), at: path)
        }
        return nil
    }

    /// One of a few words.
    mutating func readChoice<Choice: CaseIterable & RawRepresentable<String>>(
        _ node: YAMLNode, at path: ValuePath, as type: Choice.Type = Choice.self
    ) -> Choice? {
        let allowed = Choice.allCases.map(\.rawValue)
        if let choice = node.text.flatMap(Choice.init) { return choice }
        reportChoice(node, allowed, at: path)
        return nil
    }

    mutating func reportChoice(_ node: YAMLNode, _ allowed: [String], at path: ValuePath) {
        guard let text = node.text else {
            let words = ArgumentExpectation.list(allowed, or: "or")
            report(.wrongType(found: node.shown, expected: words, wayOut: "use \(words)"), at: path)
            return
        }
        report(.badChoice(text, closest: closestSpelling(of: text, among: allowed), allowed: allowed), at: path)
    }
}
