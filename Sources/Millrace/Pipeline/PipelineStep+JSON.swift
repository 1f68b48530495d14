import Postgres

extension PipelineStep {
    /// The step's part of ``PipelineDefinition/json``.
    var json: JSONValue {
        var value: JSONValue = ["name": .string(name)]
        switch work {
        case .plugin(let plugin, let arguments, _):
            value["plugin"] = .string(plugin)
            value["args"] = .normalForm(arguments)
        case .approval(let message):
            value["approval"] = .string(message)
        case .pipeline(let pipeline, let parameters):
            value["pipeline"] = .string(pipeline)
            value["parameters"] = .normalForm(parameters)
        }
        value["needs"] = .array(
            needs.map { ["step": .string($0.step), "on_failure": .string($0.onFailure.rawValue)] })
        if !when.isEmpty {
            value["when"] = .array(when.map { ["step": .string($0.step), "is": .string($0.predicate)] })
        }
        value["for_each"] = forEach.map { ["step": .string($0.step), "items": .string($0.items)] }
        value["queue"] = queue.map(JSONValue.string)
        value["priority"] = priority.map { .number(JSONNumber($0)) }
        value["max_attempts"] = maxAttempts.map { .number(JSONNumber($0)) }
        value["timeout_ms"] = timeout.map(JSONValue.milliseconds)
        value["backoff_base_ms"] = backoffBase.map(JSONValue.milliseconds)
        value["backoff_cap_ms"] = backoffCap.map(JSONValue.milliseconds)
        value["weight"] = weight.map { .number(JSONNumber($0)) }
        if !keys.isEmpty { value["keys"] = .sorted(keys.mapValues(JSONValue.string)) }
        return value
    }

    /// Reads what ``json`` writes.
    init(_ json: JSONValue) throws(DefinitionShapeError) {
        let needs = try json.required("needs") { $0.list(of: Need.init) }
        self.init(name: try json.required("name", \.string), work: try Work(json), needs: needs)
        when = try json.optional("when") { $0.list(of: Condition.init) } ?? []
        queue = try json.optional("queue", \.string)
        priority = try json.optional("priority") { $0.number?.whole() }
        maxAttempts = try json.optional("max_attempts") { $0.number?.whole() }
        timeout = try json.optional("timeout_ms", \.duration)
        backoffBase = try json.optional("backoff_base_ms", \.duration)
        backoffCap = try json.optional("backoff_cap_ms", \.duration)
        weight = try json.optional("weight") { $0.number?.whole() }
        keys = try json.optional("keys") { $0.dictionary(of: \.string) } ?? [:]
    }
}

extension PipelineStep.Work {
    fileprivate init(_ json: JSONValue) throws(DefinitionShapeError) {
        func object(_ key: String) throws(DefinitionShapeError) -> JSONText {
            try json.required(key) { $0.members == nil ? nil : $0.sorted.text }
        }
        if let message = try json.optional("approval", \.string) {
            self = .approval(message)
        } else if let pipeline = try json.optional("pipeline", \.string) {
            self = .pipeline(pipeline, parameters: try object("parameters"))
        } else {
            self = .plugin(
                try json.required("plugin", \.string), arguments: try object("args"),
                forEach: try json.optional("for_each", PipelineStep.ForEach.init))
        }
    }
}

extension PipelineStep.Need {
    fileprivate init?(_ json: JSONValue) {
        guard let step = json["step"]?.string else { return nil }
        let policy = json["on_failure"].map { $0.string.flatMap(FailurePolicy.init) } ?? .stop
        guard let policy else { return nil }
        self.init(step, onFailure: policy)
    }
}

extension PipelineStep.Condition {
    fileprivate init?(_ json: JSONValue) {
        guard let step = json["step"]?.string, let predicate = json["is"]?.string else { return nil }
        self.init(step: step, predicate: predicate)
    }
}

extension PipelineStep.ForEach {
    fileprivate init?(_ json: JSONValue) {
        guard let step = json["step"]?.string, let items = json["items"]?.string else { return nil }
        self.init(step: step, items: items)
    }
}
