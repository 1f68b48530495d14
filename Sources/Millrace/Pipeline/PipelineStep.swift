public import Postgres

/// One step of a pipeline: a job of one plugin, and what it waits for.
public struct PipelineStep: Sendable, Hashable {
    /// Another step that must end first.
    public struct Need: Sendable, Hashable {
        /// The name of the other step.
        public var step: String
        /// What happens when the other step does not end well.
        public var onFailure: FailurePolicy

        /// Waits for a step and is cancelled when that fails, unless said otherwise.
        public init(_ step: String, onFailure: FailurePolicy = .stop) {
            self.step = step
            self.onFailure = onFailure
        }
    }

    /// The name, unique in its pipeline; lower-case words joined by hyphens or dots.
    public var name: String
    /// The plugin that does the work.
    public var plugin: String
    /// The plugin's arguments, an object.
    public var arguments: JSONText
    /// The steps that it waits for, in the order given.
    public var needs: [Need]
    /// Queue; nil for the plugin's own.
    public var queue: String?
    /// Lower runs first; nil for 0.
    public var priority: Int?
    /// How often it may be tried; nil for the plugin's own.
    public var maxAttempts: Int?
    /// How long one attempt may take, in whole milliseconds; nil for the plugin's own.
    public var timeout: Duration?

    /// A step that takes its plugin's defaults, unless said otherwise.
    public init(
        name: String, plugin: String, arguments: JSONText = JSONText("{}"), needs: [Need] = [], queue: String? = nil,
        priority: Int? = nil, maxAttempts: Int? = nil, timeout: Duration? = nil
    ) {
        self.name = name
        self.plugin = plugin
        self.arguments = arguments
        self.needs = needs
        self.queue = queue
        self.priority = priority
        self.maxAttempts = maxAttempts
        self.timeout = timeout
    }
}
