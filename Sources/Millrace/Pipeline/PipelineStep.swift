public import Postgres

/// One step of a pipeline: its work, what it waits for, and how its jobs are run.
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
    /// What it does.
    public var work: Work
    /// The steps that it waits for, in the order given.
    public var needs: [Need]
    /// What has to hold for outputs of steps before it; where one does not, the step is skipped.
    public var when: [Condition] = []
    /// Queue; nil for the plugin's own.
    public var queue: String?
    /// Lower runs first; nil for 0.
    public var priority: Int?
    /// How often it may be tried; nil for the plugin's own.
    public var maxAttempts: Int?
    /// How long one attempt may take, in whole milliseconds; nil for the plugin's own. Of an approval: how long it may
    /// wait; nil for as long as the run.
    public var timeout: Duration?
    /// The delay after the first attempt, in whole milliseconds; nil for the plugin's own.
    public var backoffBase: Duration?
    /// The longest delay between attempts, in whole milliseconds; nil for the plugin's own.
    public var backoffCap: Duration?
    /// How many permits of a limit each of its jobs takes, from 1 to 1000; nil for 1.
    public var weight: Int?
    /// Texts by name that limits by key count its jobs by.
    public var keys: [String: String] = [:]

    /// A step that takes the defaults of its work, unless said otherwise.
    public init(
        name: String, work: Work, needs: [Need] = [], queue: String? = nil, priority: Int? = nil,
        maxAttempts: Int? = nil, timeout: Duration? = nil
    ) {
        self.name = name
        self.work = work
        self.needs = needs
        self.queue = queue
        self.priority = priority
        self.maxAttempts = maxAttempts
        self.timeout = timeout
    }

    /// A step that is one job of a plugin and takes the plugin's defaults, unless said otherwise.
    public init(
        name: String, plugin: String, arguments: JSONText = JSONText("{}"), needs: [Need] = [], queue: String? = nil,
        priority: Int? = nil, maxAttempts: Int? = nil, timeout: Duration? = nil
    ) {
        self.init(
            name: name, work: .plugin(plugin, arguments: arguments), needs: needs, queue: queue, priority: priority,
            maxAttempts: maxAttempts, timeout: timeout)
    }
}
