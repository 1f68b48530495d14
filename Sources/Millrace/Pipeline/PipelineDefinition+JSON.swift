public import Postgres

extension PipelineDefinition {
    /// The steps in the normal form that `millrace.pipeline.definition` keeps:
    ///
    /// ```text
    /// {"steps":[{"name","plugin","args","needs":[{"step","on_failure"}],"queue"?,"priority"?,"max_attempts"?,"timeout_ms"?}]}
    /// ```
    /// Equal definitions have equal bytes, also after `jsonb` has reordered them and ``init(name:json:schedule:)`` has read
    /// them back: keys are in this order, those of the arguments in alphabetical order, and numbers have one form.
    public var json: JSONText {
        let value: JSONValue = ["steps": .array(steps.map(\.json))]
        return value.text
    }

    /// Reads what ``json`` writes.
    ///
    /// - Throws: ``StoredDefinitionError`` when the text has another shape.
    public init(
        name: String, json: JSONText, schedule: ScheduleDefinition? = nil
    ) throws(StoredDefinitionError) {
        func refuse(_ problem: String) -> StoredDefinitionError {
            StoredDefinitionError(pipeline: name, problem: problem)
        }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: json)
        } catch {
            throw refuse("it is no JSON, \(error)")
        }
        guard let elements = value["steps"]?.elements else { throw refuse("\"steps\" is not a list") }
        var steps: [PipelineStep] = []
        for (index, element) in elements.enumerated() {
            do {
                steps.append(try PipelineStep(element))
            } catch {
                throw refuse("steps[\(index)]: \(error.problem)")
            }
        }
        self.init(name: name, steps: steps, schedule: schedule)
    }
}

/// A definition from the database that cannot be read.
public struct StoredDefinitionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The pipeline.
    public let pipeline: String
    /// What is wrong with its definition.
    public let problem: String

    /// What happened, and the way out.
    public var description: String {
        "the stored definition of pipeline \(pipeline) cannot be read: \(problem)  →  apply its file again"
    }
}

private struct StepShapeError: Error {
    let problem: String
}

extension PipelineStep {
    fileprivate var json: JSONValue {
        var value: JSONValue = [
            "name": .string(name), "plugin": .string(plugin), "args": normalArguments,
            "needs": .array(
                needs.map { ["step": .string($0.step), "on_failure": .string($0.onFailure.rawValue)] }),
        ]
        value["queue"] = queue.map(JSONValue.string)
        value["priority"] = priority.map { .number(JSONNumber($0)) }
        value["max_attempts"] = maxAttempts.map { .number(JSONNumber($0)) }
        value["timeout_ms"] = timeout.map { .number(JSONNumber($0.wholeMilliseconds)) }
        return value
    }

    /// Text that is no JSON is kept as a string, which every later check refuses.
    private var normalArguments: JSONValue {
        do {
            return try JSONValue(parsing: arguments).sorted
        } catch {
            return .string(arguments.text)
        }
    }

    fileprivate init(_ json: JSONValue) throws(StepShapeError) {
        func shape<Value>(_ key: String, _ read: (JSONValue) -> Value?) throws(StepShapeError) -> Value {
            guard let value = json[key].flatMap(read) else {
                throw StepShapeError(problem: "\"\(key)\" is missing or has another type")
            }
            return value
        }
        func optional<Value>(_ key: String, _ read: (JSONValue) -> Value?) throws(StepShapeError) -> Value? {
            json[key] == nil || json[key] == .null ? nil : try shape(key, read)
        }
        let needs = try shape("needs") { value in
            value.elements.flatMap { elements in
                let needs = elements.compactMap(Need.init)
                return needs.count == elements.count ? needs : nil
            }
        }
        self.init(
            name: try shape("name", \.string), plugin: try shape("plugin", \.string),
            arguments: try shape("args") { $0.members == nil ? nil : $0 }.sorted.text, needs: needs,
            queue: try optional("queue", \.string),
            priority: try optional("priority") { $0.number?.whole() },
            maxAttempts: try optional("max_attempts") { $0.number?.whole() },
            timeout: try optional("timeout_ms") { $0.number?.whole(as: Int64.self).map { .milliseconds($0) } })
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
