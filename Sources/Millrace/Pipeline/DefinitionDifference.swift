import Postgres

extension PipelineDefinition {
    /// A line for each step, parameter or other part that is added (`+`), removed (`-`) or changed (`~`), without the
    /// schedule. Both have to be in the normal form, in which equal arguments are equal texts.
    func differences(from old: PipelineDefinition) -> [String] {
        var lines: [String] = []
        for name in Set(old.parameters.keys).union(parameters.keys).sorted() {
            switch (old.parameters[name], parameters[name]) {
            case (nil, let new?): lines.append("+   parameter \(name)\(new.shownDefault)")
            case (_?, nil): lines.append("-   parameter \(name)")
            case (let before?, let after?) where before.defaultValue != after.defaultValue:
                lines.append("~   parameter \(name): \(before.shown) → \(after.shown)")
            case (let before?, let after?) where before != after: lines.append("~   parameter \(name): description")
            default: break
            }
        }
        if old.deadline != deadline { lines.append("~   deadline \(shown(old.deadline)) → \(shown(deadline))") }

        let stepCount = lines.count
        for step in old.steps where !steps.contains(where: { $0.name == step.name }) {
            lines.append("-   step \(step.name): \(step.work)")
        }
        for step in steps {
            guard let before = old.steps.first(where: { $0.name == step.name }) else {
                lines.append("+   step \(step.name): \(step.work)")
                continue
            }
            if before != step {
                lines.append("~   step \(step.name): \(step.changedFields(from: before).joined(separator: "; "))")
            }
        }
        if lines.count == stepCount, old.steps != steps { lines.append("~   order of the steps") }
        return lines
    }

    /// The lines of a definition that is new.
    var asAdditions: [String] {
        parameters.sorted { $0.key < $1.key }.map { "+   parameter \($0.key)\($0.value.shownDefault)" }
            + (deadline.map { ["+   deadline \(DurationText($0))"] } ?? [])
            + steps.map { "+   step \($0.name): \($0.work)" }
    }
}

extension ScheduleDefinition {
    /// Since when, until when, and with what it starts runs, for the line of a schedule that is new.
    var bounds: String {
        let first = starts.map { " from \(zone.rfc3339($0))" } ?? ""
        let last = ends.map { " until \(zone.rfc3339($0))" } ?? ""
        return first + last + (parameters.text == "{}" ? "" : " with \(parameters.text)")
    }
}

extension PipelineParameter {
    fileprivate var shown: String { defaultValue?.text ?? "must be given" }
    fileprivate var shownDefault: String { defaultValue.map { " = \($0.text)" } ?? ", must be given" }
}

extension PipelineStep {
    /// What differs, each as `field before → after`.
    fileprivate func changedFields(from before: PipelineStep) -> [String] {
        var fields: [String] = []
        func compare(_ name: String, _ old: String?, _ new: String?) {
            if old != new { fields.append("\(name) \(old ?? "-") → \(new ?? "-")") }
        }
        func compare(_ name: String, _ old: Int?, _ new: Int?) {
            compare(name, old.map(String.init), new.map(String.init))
        }
        func compare(_ name: String, _ old: Duration?, _ new: Duration?) {
            compare(name, old.map { DurationText($0).description }, new.map { DurationText($0).description })
        }
        compare(plugin != nil && before.plugin != nil ? "plugin" : "work", before.work.description, work.description)
        compare("message", before.message, message)
        compare(work.argumentsKey ?? "args", before.arguments.text, arguments.text)
        compare(
            "for-each", before.forEach.map { "\($0.items) of \($0.step)" }, forEach.map { "\($0.items) of \($0.step)" })
        compare("needs", before.shownNeeds, shownNeeds)
        compare("when", before.shownConditions, shownConditions)
        compare("queue", before.queue, queue)
        compare("priority", before.priority, priority)
        compare("max-attempts", before.maxAttempts, maxAttempts)
        compare("timeout", before.timeout, timeout)
        compare("backoff base", before.backoffBase, backoffBase)
        compare("backoff cap", before.backoffCap, backoffCap)
        compare("weight", before.weight, weight)
        compare("keys", before.shownKeys, shownKeys)
        return fields
    }

    private var message: String? {
        guard case .approval(let message) = work else { return nil }
        return JSONValue.string(message).shown
    }

    private var shownNeeds: String {
        let needs = needs.map { $0.onFailure == .stop ? $0.step : "\($0.step) (\($0.onFailure.rawValue))" }
        return "[\(needs.joined(separator: ", "))]"
    }

    private var shownConditions: String? {
        when.isEmpty ? nil : when.map { "\($0.step): \($0.predicate)" }.joined(separator: ", ")
    }

    private var shownKeys: String? {
        keys.isEmpty ? nil : keys.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    }
}

private func shown(_ duration: Duration?) -> String {
    duration.map { DurationText($0).description } ?? "-"
}
