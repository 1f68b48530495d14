/// What is published of a plugin: enough to enqueue, check and explain its jobs without its code.
public struct PluginDescription: Sendable, Hashable {
    /// The name jobs call it by.
    public let name: String
    /// The version of the shape of its arguments.
    public let version: Int
    /// One line on what it does.
    public let summary: String
    /// The shape of its arguments.
    public let schema: ArgumentSchema
    /// What a job gets that says nothing else.
    public let defaults: JobDefaults

    /// A description made of its parts, for instance as the database keeps them.
    public init(name: String, version: Int, summary: String, schema: ArgumentSchema, defaults: JobDefaults) {
        self.name = name
        self.version = version
        self.summary = summary
        self.schema = schema
        self.defaults = defaults
    }

    /// The description of a plugin of this program.
    public init<P: Plugin>(_ plugin: P.Type) {
        self.init(
            name: P.name, version: P.version, summary: P.summary, schema: P.arguments, defaults: P.defaults)
    }
}
