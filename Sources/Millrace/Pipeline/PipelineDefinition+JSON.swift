public import Postgres

extension PipelineDefinition {
    /// The definition in the normal form that `millrace.pipeline.definition` keeps; `?` marks what is left out when it was
    /// not said. Name, namespace and schedule are not part of it.
    ///
    /// ```text
    /// {"parameters"?:{NAME:{"default"?,"description"?}},"deadline_ms"?,
    ///  "steps":[{"name","plugin"|"approval"|"pipeline","args"|"parameters","needs":[{"step","on_failure"}],
    ///   "when"?:[{"step","is"}],"for_each"?:{"step","items"},"queue"?,"priority"?,"max_attempts"?,"timeout_ms"?,
    ///   "backoff_base_ms"?,"backoff_cap_ms"?,"weight"?,"keys"?:{NAME:TEXT}}]}
    /// ```
    /// Equal definitions have equal bytes, also after `jsonb` has reordered them and
    /// ``init(name:namespace:json:schedule:)`` has read them back: keys are in this order, those that people chose in
    /// alphabetical order, and numbers have one form.
    public var json: JSONText {
        var value: JSONValue = [:]
        if !parameters.isEmpty { value["parameters"] = .sorted(parameters.mapValues(\.json)) }
        value["deadline_ms"] = deadline.map(JSONValue.milliseconds)
        value["steps"] = .array(steps.map(\.json))
        return value.text
    }

    /// Reads what ``json`` writes.
    ///
    /// - Throws: ``StoredDefinitionError`` when the text has another shape.
    public init(
        name: String, namespace: String = usualNamespace, json: JSONText, schedule: ScheduleDefinition? = nil
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
        var parameters: [String: PipelineParameter] = [:]
        var deadline: Duration?
        do {
            parameters = try value.optional("parameters") { $0.dictionary(of: PipelineParameter.init) } ?? [:]
            deadline = try value.optional("deadline_ms", \.duration)
        } catch {
            throw refuse(error.problem)
        }
        var steps: [PipelineStep] = []
        for (index, element) in elements.enumerated() {
            do {
                steps.append(try PipelineStep(element))
            } catch {
                throw refuse("steps[\(index)]: \(error.problem)")
            }
        }
        self.init(
            name: name, namespace: namespace, parameters: parameters, deadline: deadline, steps: steps,
            schedule: schedule)
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

extension PipelineParameter {
    fileprivate var json: JSONValue {
        var value: JSONValue = [:]
        value["default"] = defaultValue.map(JSONValue.normalForm)
        value["description"] = description.map(JSONValue.string)
        return value
    }

    fileprivate init?(_ json: JSONValue) {
        guard json.members != nil else { return nil }
        let description = json["description"]
        guard description == nil || description?.string != nil else { return nil }
        // A default may be null, so it is there when the key is.
        self.init(defaultValue: json["default"]?.sorted.text, description: description?.string)
    }
}
