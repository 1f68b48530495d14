public import Postgres

/// A pipeline as it is written down: steps that wait for each other, and when they start by themselves.
public struct PipelineDefinition: Sendable, Hashable {
    /// The namespace of a pipeline that names none.
    public static let usualNamespace = "default"

    /// The name, unique in the database; lower-case words joined by hyphens or dots.
    public var name: String
    /// The service that it belongs to; coordinators fire the schedules of their own namespaces only.
    public var namespace: String
    /// What can be given to a run when it starts, by name.
    public var parameters: [String: PipelineParameter]
    /// How long a run may take, in whole milliseconds; nil for no limit.
    public var deadline: Duration?
    /// The steps, in the order in which they were written.
    public var steps: [PipelineStep]
    /// When it starts by itself; nil for never.
    public var schedule: ScheduleDefinition?

    /// A pipeline made of its parts. ``PipelineGraph`` says whether the steps can run at all.
    public init(
        name: String, namespace: String = usualNamespace, parameters: [String: PipelineParameter] = [:],
        deadline: Duration? = nil, steps: [PipelineStep], schedule: ScheduleDefinition? = nil
    ) {
        self.name = name
        self.namespace = namespace
        self.parameters = parameters
        self.deadline = deadline
        self.steps = steps
        self.schedule = schedule
    }
}

/// A value that a run of a pipeline is given when it starts.
public struct PipelineParameter: Sendable, Hashable {
    /// The value of a run that is given none, as JSON; nil when each run must be given one.
    public var defaultValue: JSONText?
    /// What it means.
    public var description: String?

    /// A parameter that each run must be given, unless it has a default.
    public init(defaultValue: JSONText? = nil, description: String? = nil) {
        self.defaultValue = defaultValue
        self.description = description
    }
}

/// What ``isParameterName(_:)`` asks for, for the way out of a message.
let parameterNameAdvice = "use letters and digits of ASCII, - and _"

/// Whether a parameter may have this name.
func isParameterName(_ name: String) -> Bool {
    name.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil
}
