import Millrace

extension ImportMapReader {
    /// The values of a mapping with fixed keys; nil when it is no mapping.
    mutating func members(
        of node: YAMLNode, at path: ValuePath, known: [String], _ wayOut: String
    ) -> [String: YAMLNode]? {
        guard let members = node.members else {
            report("is \(node.shown), not a mapping", at: path, wayOut)
            return nil
        }
        var values: [String: YAMLNode] = [:]
        for member in members {
            guard known.contains(member.key) else {
                report("there is no such key", at: path.key(member.key), Self.closest(member.key, known))
                continue
            }
            values[member.key] = member.value
        }
        return values
    }

    /// One of a few words and what it stands for.
    mutating func choice<Value>(_ node: YAMLNode, at path: ValuePath, _ choices: [(String, Value)]) -> Value? {
        let names = choices.map(\.0)
        guard let text = node.text, let found = choices.first(where: { $0.0 == text }) else {
            report(
                "is \(node.shown), none of \(names.joined(separator: ", "))", at: path,
                Self.closest(node.text ?? "", names))
            return nil
        }
        return found.1
    }

    mutating func boolean(_ node: YAMLNode, at path: ValuePath) -> Bool? {
        choice(node, at: path, [("true", true), ("false", false)])
    }

    /// One sign of ASCII, or `tab`.
    mutating func sign(_ node: YAMLNode, at path: ValuePath) -> UInt8? {
        if node.text == "tab" { return 0x09 }
        guard let text = node.text, text.utf8.count == 1, let byte = text.utf8.first, byte >= 0x20 || byte == 0x09
        else {
            report("is \(node.shown), not one sign of ASCII", at: path, "write it in quotes such as \";\", or tab")
            return nil
        }
        return byte
    }

    /// A list of texts, or a single one.
    mutating func words(_ node: YAMLNode, at path: ValuePath) -> [String] {
        guard let elements = node.elements else {
            guard case .scalar(_, let text) = node.content, !text.isEmpty else {
                report("is \(node.shown), not a list of words", at: path, "write it like [\"NULL\", \"-\"]")
                return []
            }
            return [text]
        }
        return elements.enumerated().compactMap { index, element in
            guard case .scalar(_, let text) = element.content, !text.isEmpty else {
                report("is \(element.shown), not a word", at: path.element(index), "write a text")
                return nil
            }
            return text
        }
    }

    mutating func readZone(_ node: YAMLNode, at path: ValuePath) -> LocalZone? {
        guard let name = node.text else {
            report("is \(node.shown), not a zone", at: path, "write it like Europe/Berlin, or UTC")
            return nil
        }
        do throws(ZoneError) {
            return LocalZone(zone: try Zone(named: name))
        } catch {
            let halves = error.description.split(separator: " → ", maxSplits: 1).map { $0.trimmingSpaces() }
            report(halves[0], at: path, halves.count > 1 ? halves[1] : "write it like Europe/Berlin, or UTC")
            return nil
        }
    }

    static func closest(_ word: String, _ known: [String]) -> String {
        closestSpelling(of: word, among: known).map { "did you mean \"\($0)\"?" }
            ?? "use \(known.joined(separator: ", "))"
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> String { String(self).trimmingSpaces() }
}
