/// Steps that make no graph.
public enum RunGraphError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Two steps have the same name.
    case repeatedName(String)
    /// A step waits for one that is not there.
    case unknownStep(String, neededBy: String)
    /// Steps wait for each other; named are also those that wait for such a step.
    case cycle(among: [String])

    /// What happened, and the way out.
    public var description: String {
        switch self {
        case .repeatedName(let name):
            "two steps are named \(name)  →  give each step a name of its own"
        case .unknownStep(let name, let step):
            "step \(step) waits for \(name), which is no step of the graph  →  leave the edge out, or add the step"
        case .cycle(let names):
            "steps wait for each other, among \(names.joined(separator: ", "))  →  take one of their edges out"
        }
    }
}
