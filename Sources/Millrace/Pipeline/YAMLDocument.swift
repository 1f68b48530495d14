import Foundation
import Yams

/// A YAML text as a tree with lines, and what is wrong with it as YAML.
package struct YAMLDocument {
    /// A problem with its place.
    package struct Finding {
        package let path: ValuePath
        package let line: Int
        package let problem: DefinitionError.Problem
    }

    /// The root; nil when there is none, or none that could be read.
    package private(set) var root: YAMLNode?
    package private(set) var findings: [Finding] = []
    /// The line of every key and list element.
    package private(set) var lines: [ValuePath: Int] = [:]

    private var nodeCount = 0
    /// Aliases can make a short text very long.
    private static let nodeLimit = 20_000
    /// Set around the number of a renamed key; a text that has it itself is not renamed.
    private static let marker: Character = "\u{E000}"

    /// Reads a text.
    package init(_ text: String) {
        do {
            guard let node = try Self.compose(text) else {
                report(.empty, at: ValuePath(), line: 1)
                return
            }
            root = convert(node, at: ValuePath(), depth: 0)
        } catch {
            let (line, problem) = Self.problem(error, in: text)
            report(problem, at: ValuePath(), line: line)
        }
        if nodeCount > Self.nodeLimit {
            root = nil
            report(.tooLarge, at: ValuePath(), line: 1)
        }
    }

    private mutating func report(_ problem: DefinitionError.Problem, at path: ValuePath, line: Int) {
        findings.append(Finding(path: path, line: line, problem: problem))
    }

    // MARK: Text to nodes

    /// Yams stops at the first key that a mapping has twice and names one place only. So the first of the two is renamed
    /// and the text read again, until all are told apart.
    private static func compose(_ text: String) throws -> Node? {
        var text = text
        let canRename = !text.contains(marker)
        var renamed = 0
        while true {
            do {
                return try Parser(yaml: text, encoding: .utf8).singleRoot()
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                guard canRename, renamed < 1000, let key = keys.first,
                    let place = place(of: key, at: context.mark, in: text)
                else {
                    throw YamlError.duplicatedKeysInMapping(duplicates: keys, context: context)
                }
                renamed += 1
                text.unicodeScalars.insert(contentsOf: "\(marker)\(renamed)\(marker)".unicodeScalars, at: place)
            }
        }
    }

    /// Where the letters of a key begin, behind a quotation mark; nil when they are not where Yams says.
    private static func place(of key: String, at mark: Mark, in text: String) -> String.Index? {
        let scalars = text.unicodeScalars
        var lineStart = scalars.startIndex
        for _ in 1..<max(1, mark.line) {
            guard let end = scalars[lineStart...].firstIndex(of: "\n") else { return nil }
            lineStart = scalars.index(after: end)
        }
        guard var place = scalars.index(lineStart, offsetBy: mark.column - 1, limitedBy: scalars.endIndex) else {
            return nil
        }
        if let first = scalars[place...].first, first == "\"" || first == "'" { place = scalars.index(after: place) }
        return scalars[place...].starts(with: key.unicodeScalars) ? place : nil
    }

    // MARK: Nodes to tree

    private mutating func convert(_ node: Node, at path: ValuePath, depth: Int) -> YAMLNode? {
        nodeCount += 1
        let line = node.mark?.line ?? 1
        guard nodeCount <= Self.nodeLimit else { return nil }
        guard depth < 64 else {
            report(.tooLarge, at: path, line: line)
            return nil
        }
        switch node {
        case .scalar(let scalar):
            return YAMLNode(line: line, content: content(of: scalar, at: path, line: line))
        case .sequence(let sequence):
            var elements: [YAMLNode] = []
            for (index, element) in sequence.enumerated() {
                let place = path.element(index)
                lines[place] = element.mark?.line ?? line
                guard let element = convert(element, at: place, depth: depth + 1) else { continue }
                elements.append(element)
            }
            return YAMLNode(line: line, content: .list(elements))
        case .mapping(let mapping):
            return YAMLNode(line: line, content: .mapping(members(of: mapping, at: path, line: line, depth: depth)))
        case .alias:
            // Only trees that a program makes have these; the parser puts the value in their place.
            return nil
        }
    }

    private mutating func members(
        of mapping: Node.Mapping, at path: ValuePath, line: Int, depth: Int
    ) -> [YAMLMember] {
        var members: [YAMLMember] = []
        for (key, value) in mapping {
            let keyLine = key.mark?.line ?? line
            guard case .scalar(let scalar) = key else {
                let found = key.mapping == nil ? "a list" : "a mapping"
                report(
                    .wrongType(found: found, expected: "a text", wayOut: "write a plain word before the colon"),
                    at: path, line: keyLine)
                continue
            }
            let name = Self.original(scalar.string)
            let place = path.key(name)
            if let first = members.first(where: { $0.key == name }) {
                report(.duplicateKey(firstLine: first.line), at: place, line: keyLine)
                continue
            }
            lines[place] = keyLine
            guard let value = convert(value, at: place, depth: depth + 1) else { continue }
            members.append(YAMLMember(key: name, line: keyLine, value: value))
        }
        return members
    }

    private mutating func content(of scalar: Node.Scalar, at path: ValuePath, line: Int) -> YAMLNode.Content {
        let tag = scalar.tag.description
        let isStandard = tag.isEmpty || tag == "!" || tag.hasPrefix("tag:yaml.org,2002:")
        if !isStandard { report(.tag(tag), at: path, line: line) }
        let isPlain = scalar.style == .plain && tag != Tag.Name.str.rawValue && tag != "!"
        let value = isPlain ? YAMLNode.value(ofPlain: scalar.string) : .string(scalar.string)
        return .scalar(value, text: scalar.string)
    }

    /// A key without what ``compose(_:)`` put before it.
    private static func original(_ key: String) -> String {
        guard key.first == marker else { return key }
        return String(key.dropFirst().drop { $0 != marker }.dropFirst())
    }

    // MARK: Errors

    private static func problem(_ error: any Error, in text: String) -> (line: Int, DefinitionError.Problem) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            return (mark.line, syntax(problem, context, mark, in: text))
        case YamlError.reader(let problem, let offset, let value, _):
            let line = text.prefix(offset ?? 0).count { $0.isNewline } + 1
            let character = value < 0 ? "" : " (U+\(String(value, radix: 16, uppercase: true)))"
            return (line, .syntax("\(problem)\(character)", wayOut: "take the character out"))
        case YamlError.duplicatedKeysInMapping(let keys, let context):
            let key = keys.first.map { JSONValue.string(original($0)).shown } ?? "a key"
            return (
                context.mark.line,
                .syntax("\(key) is given twice in one mapping", wayOut: "remove or rename one of them")
            )
        default:
            return (1, .syntax("cannot be read: \(error)", wayOut: "check that it is YAML"))
        }
    }

    private static func syntax(
        _ problem: String, _ context: YamlError.Context?, _ mark: Mark, in text: String
    ) -> DefinitionError.Problem {
        if problem.hasPrefix("but found another document") { return .secondDocument }
        if problem.hasPrefix("Maximum nesting level reached") { return .tooLarge }
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let line = mark.line <= lines.count ? lines[mark.line - 1] : ""
        if line.prefix(while: \.isWhitespace).contains("\t") { return .tab }

        let rest = line.dropFirst(mark.column - 1)
        var wayOut = "check the indentation and the quotes; quote a text that holds \": \" or \" #\""
        if context?.text.hasSuffix("an alias") == true || problem == "found undefined alias" {
            wayOut = "quote a text that begins with *"
        } else if problem == "found character that cannot start any token", let first = rest.first {
            wayOut = "quote a text that begins with \(first)"
        }
        let surroundings = context.map { context in
            let place = context.mark.line == mark.line ? "" : " that begins on line \(context.mark.line)"
            return " \(context.text)\(place)"
        }
        return .syntax("\(problem)\(surroundings ?? "")", wayOut: wayOut)
    }
}
