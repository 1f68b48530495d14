/// A pipeline as it is written down: steps that wait for each other, and when they start by themselves.
public struct PipelineDefinition: Sendable, Hashable {
    /// The name, unique in the database; lower-case words joined by hyphens or dots.
    public var name: String
    /// The steps, in the order in which they were written.
    public var steps: [PipelineStep]
    /// When it starts by itself; nil for never.
    public var schedule: ScheduleDefinition?

    /// A pipeline made of its parts. ``PipelineGraph`` says whether the steps can run at all.
    public init(name: String, steps: [PipelineStep], schedule: ScheduleDefinition? = nil) {
        self.name = name
        self.steps = steps
        self.schedule = schedule
    }
}
