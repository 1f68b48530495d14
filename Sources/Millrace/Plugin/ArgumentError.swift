/// One argument that does not fit.
public struct ArgumentProblem: Sendable, Hashable, CustomStringConvertible {
    let path: ValuePath
    /// What is wrong with it.
    public let problem: String
    /// What to give instead.
    public let wayOut: String

    /// The argument's name; with the place inside it where that is an object or a list, as in `spread.levels[2]`. Empty
    /// when the arguments as a whole are wrong.
    public var key: String { path.description }

    /// What happened, and the way out.
    public var description: String {
        key.isEmpty ? "\(problem)  →  \(wayOut)" : "\(key): \(problem)  →  \(wayOut)"
    }
}

/// Arguments that a plugin cannot take; no retry can mend that.
///
/// ```text
/// als-training: factors: 5000 is more than 1024  →  give a whole number from 1 to 1024
/// ```
public struct ArgumentError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The plugin.
    public let plugin: String
    /// All that is wrong, in the order of the arguments as given; what is missing comes last.
    public let problems: [ArgumentProblem]

    /// One line for each problem, with the way out.
    public var description: String {
        problems.map { "\(plugin): \($0)" }.joined(separator: "\n")
    }
}
