public import Postgres

extension PipelineStep {
    /// What a step does when its turn comes.
    public enum Work: Sendable, Hashable {
        /// It runs a plugin: one job, or one for each item of an earlier output.
        case plugin(String, arguments: JSONText = JSONText("{}"), forEach: ForEach? = nil)
        /// It waits until somebody approves; the message says what they are asked.
        case approval(String)
        /// It starts a run of another pipeline and ends as that ends.
        case pipeline(String, parameters: JSONText = JSONText("{}"))
    }

    /// The items that a step has one job for each of.
    public struct ForEach: Sendable, Hashable {
        /// The step whose output has the items.
        public var step: String
        /// A jsonpath that selects the items in that output, such as `$.customers[*]`; the database reads it.
        public var items: String

        /// The items that a path selects in a step's output.
        public init(step: String, items: String) {
            self.step = step
            self.items = items
        }
    }

    /// Something that has to hold for the output of an earlier step.
    public struct Condition: Sendable, Hashable {
        /// The step whose output is looked at.
        public var step: String
        /// A jsonpath predicate such as `$.customers > 100`; the database reads it.
        public var predicate: String

        /// A predicate on a step's output.
        public init(step: String, predicate: String) {
            self.step = step
            self.predicate = predicate
        }
    }

    /// The plugin; nil when the step is an approval or a nested pipeline.
    public var plugin: String? {
        guard case .plugin(let name, _, _) = work else { return nil }
        return name
    }

    /// What its work is given: the arguments of the plugin or the parameters of the nested pipeline, an object; an empty
    /// one for an approval, which can be given nothing: there, setting it changes nothing.
    public var arguments: JSONText {
        get {
            switch work {
            case .plugin(_, let arguments, _): arguments
            case .approval: JSONText("{}")
            case .pipeline(_, let parameters): parameters
            }
        }
        set {
            switch work {
            case .plugin(let name, _, let forEach): work = .plugin(name, arguments: newValue, forEach: forEach)
            case .approval: break
            case .pipeline(let name, _): work = .pipeline(name, parameters: newValue)
            }
        }
    }

    /// The items that it has one job for each of; nil when it is a single job.
    public var forEach: ForEach? {
        guard case .plugin(_, _, let forEach) = work else { return nil }
        return forEach
    }
}

extension PipelineStep.Work: CustomStringConvertible {
    /// What kind of work it is, in a word or two: the plugin's name, `approval`, or `pipeline NAME`.
    public var description: String {
        switch self {
        case .plugin(let name, _, _): name
        case .approval: "approval"
        case .pipeline(let name, _): "pipeline \(name)"
        }
    }

    /// The key that definitions write its arguments or parameters under; nil for an approval, which has none.
    var argumentsKey: String? {
        switch self {
        case .plugin: "args"
        case .approval: nil
        case .pipeline: "parameters"
        }
    }
}
