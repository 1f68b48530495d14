import Foundation

/// A value that a step's texts may name, and that is put in when the step's turn comes.
///
/// ```text
/// ${parameters.NAME}   ${run.id}   ${run.logical_time}   ${run.pipeline}
/// ${steps.NAME.output}   ${steps.NAME.output.path.to.value}   ${item}   ${item.path.to.value}
/// ```
enum Placeholder: Hashable, Sendable {
    /// A parameter of the run.
    case parameter(String)
    /// Something about the run itself.
    case run(RunValue)
    /// The output of an earlier step, or a value inside it.
    case output(step: String, path: [String])
    /// The item of a job of a fan-out, or a value inside it.
    case item(path: [String])

    /// What can be named of a run.
    enum RunValue: String, CaseIterable, Sendable {
        case id
        case logicalTime = "logical_time"
        case pipeline
    }

    private enum Root: String, CaseIterable {
        case parameters, run, steps, item
    }

    /// Reads what stands between the braces.
    init(_ inside: String) throws(PlaceholderProblem) {
        let written = "${\(inside)}"
        func refuse(_ problem: String, _ wayOut: String) -> PlaceholderProblem {
            PlaceholderProblem(written: written, problem: problem, wayOut: wayOut)
        }
        guard !inside.isEmpty else { throw refuse("names nothing", "name a value, such as ${run.id}; \(escapeAdvice)") }
        let words = inside.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard words.allSatisfy({ !$0.isEmpty && $0.first?.isWhitespace != true && $0.last?.isWhitespace != true })
        else {
            let tidy = words.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
                .joined(separator: ".")
            let wayOut = tidy.isEmpty ? "name a value, such as ${run.id}" : "write ${\(tidy)}"
            throw refuse("has a space or a dot too many", wayOut)
        }
        let path = Array(words.dropFirst())
        switch Root(rawValue: words[0]) {
        case .parameters?:
            guard path.count == 1 else { throw refuse("is not a parameter's name", "write ${parameters.NAME}") }
            self = .parameter(path[0])
        case .run?:
            guard path.count == 1, let value = RunValue(rawValue: path[0]) else {
                let closest = closestSpelling(of: path.first ?? "", among: RunValue.allCases.map(\.rawValue))
                throw refuse(
                    "is nothing that a run has",
                    closest.map { "did you mean \"${run.\($0)}\"?" }
                        ?? "use ${run.id}, ${run.logical_time} or ${run.pipeline}")
            }
            self = .run(value)
        case .steps?:
            guard path.count >= 2, path[1] == "output" else { throw Self.noOutput(path, refuse) }
            self = .output(step: path[0], path: Array(path.dropFirst(2)))
        case .item?:
            self = .item(path: path)
        case nil:
            let roots = Root.allCases.map(\.rawValue)
            let closest = closestSpelling(of: words[0], among: roots)
            throw refuse(
                "begins with no known word",
                closest.map { "did you mean \"${\(([$0] + path).joined(separator: "."))}\"?" }
                    ?? "begin with \(ArgumentExpectation.list(roots, or: "or")); \(escapeAdvice)")
        }
    }

    /// The database takes a placeholder apart at its dots, so it cannot name a step that has one in its name.
    private static func noOutput(
        _ path: [String], _ refuse: (String, String) -> PlaceholderProblem
    ) -> PlaceholderProblem {
        if let output = path.firstIndex(of: "output"), output > 1 {
            return refuse(
                "names a step with a dot in its name",
                "rename the step to \(path[..<output].joined(separator: "-"))")
        }
        return refuse("is not the output of a step", "write ${steps.\(path.first ?? "NAME").output}")
    }
}

/// A placeholder that cannot be filled in.
struct PlaceholderProblem: Error, Hashable {
    /// The placeholder as written.
    let written: String
    let problem: String
    let wayOut: String
}

private let escapeAdvice = "write $${ for a plain ${"

/// A text taken apart as the database will do it when it fills placeholders in, code point by code point.
struct PlaceholderText {
    private(set) var placeholders: [Placeholder] = []
    private(set) var problems: [PlaceholderProblem] = []
    /// The text with `${` for each `$${`; what it comes to when it has no placeholders.
    var plain: String { String(literal) }

    private var literal = String.UnicodeScalarView()

    init(_ text: String) {
        var rest = text.unicodeScalars[...]
        while let dollar = rest.firstIndex(of: "$") {
            literal += rest[..<dollar]
            rest = rest[dollar...]
            if rest.starts(with: "$${".unicodeScalars) {
                literal += "${".unicodeScalars
                rest = rest.dropFirst(3)
            } else if rest.starts(with: "${".unicodeScalars) {
                rest = takePlaceholder(rest)
            } else {
                literal += "$".unicodeScalars
                rest = rest.dropFirst()
            }
        }
        literal += rest
    }

    private mutating func takePlaceholder(_ text: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView {
        let inside = text.dropFirst(2).prefix { $0 != "{" && $0 != "}" }
        let rest = text[inside.endIndex...]
        guard rest.first == "}" else {
            let written = "${" + String(rest.first == "{" && inside.last == "$" ? inside.dropLast() : inside)
            problems.append(
                PlaceholderProblem(
                    written: written, problem: "is not closed", wayOut: "close it with }, or \(escapeAdvice)"))
            return rest
        }
        do {
            placeholders.append(try Placeholder(String(inside)))
        } catch {
            problems.append(error)
        }
        return rest.dropFirst()
    }
}

extension JSONValue {
    /// Every text inside with its place, also in lists and objects; not the keys of objects.
    func texts(at path: ValuePath = ValuePath()) -> [(path: ValuePath, text: String)] {
        switch self {
        case .null, .bool, .number: []
        case .string(let text): [(path, text)]
        case .array(let elements): elements.enumerated().flatMap { $1.texts(at: path.element($0)) }
        case .object(let members): members.flatMap { $0.value.texts(at: path.key($0.key)) }
        }
    }
}
