/// One thing that is wrong with a map.
///
/// ```text
/// retailrocket.yaml:9: fields.at.time: "epoch-miliseconds" is no way to write times  →  did you mean "epoch-milliseconds"?
/// ```
public struct ImportMapError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The map, as it was named.
    public let file: String
    /// The line, from 1; nil when the file could not be read.
    public let line: Int?
    /// The key, with those around it; empty when the file as a whole is wrong.
    public let key: String
    /// What is wrong.
    public let problem: String
    /// What to do.
    public let wayOut: String

    /// What happened, and the way out, in one line.
    public var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        return [place, key, problem].filter { !$0.isEmpty }.joined(separator: ": ") + "  →  " + wayOut
    }
}

/// All that is wrong with a map, in the order of its lines; nothing is imported.
public struct ImportMapErrors: Error, Equatable, Sendable, CustomStringConvertible {
    /// At least one.
    public let errors: [ImportMapError]

    /// One line for each.
    public var description: String { errors.map(\.description).joined(separator: "\n") }
}
