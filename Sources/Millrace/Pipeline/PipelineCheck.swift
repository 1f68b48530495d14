import Postgres

/// What is wrong with steps that are each well written: names that nobody has, circles, arguments that do not fit.
struct PipelineCheck {
    private(set) var problems: [(path: ValuePath, problem: DefinitionError.Problem)] = []

    /// - Parameters:
    ///   - plugins: those that are known; nil leaves plugins and arguments unchecked.
    ///   - others: further steps that are there but could not be read.
    init(_ steps: [PipelineStep], plugins: [PluginDescription]?, others: [String] = []) {
        let names = steps.map(\.name)
        for step in steps {
            let path = ValuePath("steps", step.name)
            for (index, need) in step.needs.enumerated() where !(names + others).contains(need.step) {
                let candidates = names.filter { $0 != step.name }
                let closest = closestSpelling(of: need.step, among: candidates)
                problems.append(
                    (
                        path.key("needs").element(index),
                        .unknownStep(need.step, closest: closest, known: candidates)
                    ))
            }
            if let plugins { check(step, plugins, at: path) }
        }
        for cycle in PipelineGraph.cycles(in: steps) {
            problems.append((ValuePath("steps", cycle[0], "needs"), .cycle(cycle)))
        }
    }

    private mutating func check(_ step: PipelineStep, _ plugins: [PluginDescription], at path: ValuePath) {
        // A step whose plugin could not be read has an empty one, which is reported already.
        guard !step.plugin.isEmpty else { return }
        guard let plugin = plugins.first(where: { $0.name == step.plugin }) else {
            let known = plugins.map(\.name).sorted()
            let closest = closestSpelling(of: step.plugin, among: known)
            problems.append((path.key("plugin"), .unknownPlugin(step.plugin, closest: closest, known: known)))
            return
        }
        do {
            try plugin.schema.check(step.arguments, plugin: plugin.name)
        } catch {
            for problem in error.problems {
                problems.append((problem.path.under(path.key("args")), .argument(problem, plugin: plugin.name)))
            }
        }
    }
}
