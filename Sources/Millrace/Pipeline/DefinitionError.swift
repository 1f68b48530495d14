/// One thing that is wrong with a definition file.
///
/// ```text
/// jobs/nightly.yaml:4: schedule.timezone: "Asia/Shangai" is no IANA zone  →  did you mean "Asia/Shanghai"?
/// ```
public struct DefinitionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file, as it was named.
    public let file: String
    /// The line, from 1; nil when the file could not be read.
    public let line: Int?
    /// The key, with those around it; empty when the file as a whole is wrong.
    public let key: String
    /// What is wrong.
    public let problem: Problem

    /// What happened, and the way out.
    public var description: String {
        let place = [file, line.map(String.init)].compactMap(\.self).joined(separator: ":")
        return [place, key, problem.text].filter { !$0.isEmpty }.joined(separator: ": ") + "  →  " + problem.wayOut
    }
}

/// All that is wrong with a set of definition files, in the order of files and lines.
public struct DefinitionErrors: Error, Sendable, Hashable, CustomStringConvertible {
    /// At least one.
    public let errors: [DefinitionError]

    /// One line for each.
    public var description: String {
        errors.map(\.description).joined(separator: "\n")
    }
}
