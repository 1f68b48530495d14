import Postgres

/// What is wrong with steps that are each well written: names that nobody has, circles, arguments that do not fit.
struct PipelineCheck {
    private(set) var problems: [(path: ValuePath, problem: DefinitionError.Problem)] = []

    private let definition: PipelineDefinition
    private let parameters: Set<String>?
    private let others: [String]

    /// - Parameters:
    ///   - plugins: those that are known; nil leaves plugins and arguments unchecked.
    ///   - parameters: the names of the parameters, also of those that could not be read; nil leaves them unchecked.
    ///   - others: further steps that are there but could not be read.
    init(
        _ definition: PipelineDefinition, plugins: [PluginDescription]?, parameters: Set<String>?,
        others: [String] = []
    ) {
        self.definition = definition
        self.parameters = parameters
        self.others = others.filter { name in !definition.steps.contains { $0.name == name } }
        for step in definition.steps {
            let path = ValuePath("steps", step.name)
            checkNames(in: step, at: path)
            checkPlaceholders(in: step, at: path)
            if let plugins { check(step, plugins, at: path) }
            if case .pipeline(let name, _) = step.work, name == definition.name {
                problems.append((path.key("pipeline"), .nestsItself(name)))
            }
        }
        for cycle in PipelineGraph.cycles(in: definition.steps) {
            problems.append((ValuePath("steps", cycle[0], "needs"), .cycle(cycle)))
        }
    }

    /// Whether there is no step of that name.
    private func isUnknown(_ step: String) -> Bool {
        !others.contains(step) && !definition.steps.contains { $0.name == step }
    }

    /// What is wrong with a name that stands in a step for a step before it; nil when nothing is.
    private func problem(withEarlier name: String, than step: PipelineStep) -> DefinitionError.Problem? {
        if isUnknown(name) {
            let candidates = definition.steps.map(\.name).filter { $0 != step.name }
            return .unknownStep(name, closest: closestSpelling(of: name, among: candidates), known: candidates)
        }
        let earlier = PipelineGraph.steps(before: step, in: definition.steps)
        // What a step that could not be read waits for is not known.
        guard !earlier.contains(name), earlier.isDisjoint(with: others) else { return nil }
        return .notNeeded(name, by: step.name)
    }

    private mutating func checkNames(in step: PipelineStep, at path: ValuePath) {
        for (index, need) in step.needs.enumerated() where isUnknown(need.step) {
            let candidates = definition.steps.map(\.name).filter { $0 != step.name }
            let closest = closestSpelling(of: need.step, among: candidates)
            problems.append(
                (path.key("needs").element(index), .unknownStep(need.step, closest: closest, known: candidates)))
        }
        for condition in step.when {
            if let problem = problem(withEarlier: condition.step, than: step) {
                problems.append((path.key("when").key(condition.step), problem))
            }
        }
        if let forEach = step.forEach, let problem = problem(withEarlier: forEach.step, than: step) {
            problems.append((path.key("for-each").key("step"), problem))
        }
    }

    // MARK: Placeholders

    private mutating func checkPlaceholders(in step: PipelineStep, at path: ValuePath) {
        var texts = step.keys.map { (path: path.key("keys").key($0.key), text: $0.value) }
        if let key = step.work.argumentsKey {
            texts += JSONValue.normalForm(step.arguments).texts(at: path.key(key))
        }
        for (place, text) in texts {
            let text = PlaceholderText(text)
            problems += text.problems.map { (place, .placeholder($0.written, $0.problem, wayOut: $0.wayOut)) }
            for placeholder in text.placeholders {
                if let problem = problem(with: placeholder, in: step) { problems.append((place, problem)) }
            }
        }
    }

    private func problem(with placeholder: Placeholder, in step: PipelineStep) -> DefinitionError.Problem? {
        switch placeholder {
        case .run: return nil
        case .parameter(let name):
            guard let parameters, !parameters.contains(name) else { return nil }
            return .unknownParameter(name, known: parameters)
        case .output(let name, _):
            return problem(withEarlier: name, than: step)
        case .item:
            guard step.forEach == nil else { return nil }
            let wayOut = #"write `for-each: { step: STEP, items: "$.path[*]" }` too"#
            return .placeholder("${item}", "stands in a step without for-each", wayOut: wayOut)
        }
    }

    // MARK: Plugins

    private mutating func check(_ step: PipelineStep, _ plugins: [PluginDescription], at path: ValuePath) {
        // A step whose plugin could not be read has an empty one, which is reported already.
        guard let name = step.plugin, !name.isEmpty else { return }
        guard let plugin = plugins.first(where: { $0.name == name }) else {
            let known = plugins.map(\.name).sorted()
            let closest = closestSpelling(of: name, among: known)
            problems.append((path.key("plugin"), .unknownPlugin(name, closest: closest, known: known)))
            return
        }
        for problem in plugin.schema.problems(withPlaceholders: step.arguments, plugin: name) {
            problems.append((problem.path.under(path.key("args")), .argument(problem, plugin: name)))
        }
    }
}
