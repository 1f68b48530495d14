/// A run of a pipeline, or its definition, as something to draw: steps, and what each of them waits for.
///
/// It knows nothing of a database. ``text(_:)`` draws it for a terminal, ``svg()`` for a page, ``mermaid()`` for a
/// document. The same graph always gives the same drawing, to the byte.
public struct RunGraph: Sendable, Hashable {
    /// How many levels of nested pipelines are drawn inside their steps; of deeper ones only the number of steps is said.
    public static let deepestLevel = 3

    /// What stands above the drawing, such as "nightly · run 12"; empty for nothing.
    public let title: String
    /// The steps. Their order settles the drawing where the edges leave it open.
    public let nodes: [Node]

    /// A graph whose edges all name one of its steps. An edge that a step has twice counts once.
    ///
    /// - Throws: ``RunGraphError`` when two steps have one name, an edge names no step, or steps wait for each other.
    public init(title: String, nodes: [Node]) throws(RunGraphError) {
        var names: Set<String> = []
        for node in nodes where !names.insert(node.name).inserted { throw .repeatedName(node.name) }
        for node in nodes {
            if let edge = node.edges.first(where: { !names.contains($0.from) }) {
                throw .unknownStep(edge.from, neededBy: node.name)
            }
        }
        let waiting = Self.waitingForEachOther(nodes)
        guard waiting.isEmpty else { throw .cycle(among: waiting) }
        self.title = title
        self.nodes = nodes.map { node in
            var known: Set<Edge> = []
            var single = node
            single.edges = node.edges.filter { known.insert($0).inserted }
            return single
        }
    }

    /// The steps that are left when, again and again, those are taken away that wait for nothing that is left.
    private static func waitingForEachOther(_ nodes: [Node]) -> [String] {
        var open = Dictionary(uniqueKeysWithValues: nodes.map { ($0.name, $0.edges.count) })
        var waiters: [String: [String]] = [:]
        for node in nodes {
            for edge in node.edges { waiters[edge.from, default: []].append(node.name) }
        }
        var free = nodes.filter(\.edges.isEmpty).map(\.name)
        while let name = free.popLast() {
            open[name] = nil
            for waiter in waiters[name] ?? [] {
                guard let count = open[waiter] else { continue }
                open[waiter] = count - 1
                if count == 1 { free.append(waiter) }
            }
        }
        return nodes.map(\.name).filter { open[$0] != nil }
    }
}

extension RunGraph {
    /// A step with what is known of it.
    public struct Node: Sendable, Hashable {
        /// The step's name, unique in its graph.
        public var name: String
        /// What does the work: a plugin's name, "approval", or "pipeline NAME".
        public var kind: String
        /// Where the step stands; nil in a definition.
        public var state: State?
        /// How long it has run so far, or ran; nil when it has not begun.
        public var duration: Duration?
        /// How many jobs do the step's work: more than one when it fans out.
        public var jobs: Int
        /// How many of ``jobs`` have ended.
        public var ended: Int
        /// A few words more, such as "waits for approval", "fan-out ×10,000" or a condition.
        public var note: String?
        /// What the step waits for.
        public var edges: [Edge]
        /// The nested pipeline's run, which is drawn inside the step.
        public var children: RunGraph?

        /// A step of one job that waits for nothing, unless said otherwise.
        public init(
            name: String, kind: String, state: State? = nil, duration: Duration? = nil, jobs: Int = 1, ended: Int = 0,
            note: String? = nil, edges: [Edge] = [], children: RunGraph? = nil
        ) {
            self.name = name
            self.kind = kind
            self.state = state
            self.duration = duration
            self.jobs = jobs
            self.ended = ended
            self.note = note
            self.edges = edges
            self.children = children
        }
    }

    /// A step that another one waits for.
    public struct Edge: Sendable, Hashable {
        /// The name of the step that must end first.
        public var from: String
        /// What happens when that does not end well. Drawn dashed unless it is ``FailurePolicy/stop``.
        public var policy: FailurePolicy

        /// An edge from a step; when that fails, the waiting one is cancelled, unless said otherwise.
        public init(_ from: String, policy: FailurePolicy = .stop) {
            self.from = from
            self.policy = policy
        }
    }

    /// Where a step stands: the states of jobs, and `skipped`. The raw values are those of ``JobState``.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Due later.
        case scheduled
        /// Waits for other steps.
        case blocked
        /// Held back, by a limit or for somebody's word.
        case parked
        /// May be claimed.
        case ready
        /// At work.
        case running
        /// Ended well.
        case succeeded
        /// Ended badly.
        case failed
        /// Stopped by somebody, or because a step that it waited for did not succeed.
        case cancelled
        /// Took its worker down too often.
        case quarantined
        /// Left out, since its condition did not hold.
        case skipped

        /// The state of the same name; nil for one that cannot be drawn yet.
        public init?(_ state: JobState) {
            self.init(rawValue: state.rawValue)
        }
    }
}
