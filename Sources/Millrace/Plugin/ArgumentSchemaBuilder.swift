import Postgres

/// Puts a schema together from what reflection finds, the defaults and the descriptions.
struct ArgumentSchemaBuilder {
    private(set) var root: JSONValue
    private(set) var openBecause: String?
    private(set) var mistakes: [String] = []

    private static let openComment = "Checked only when decoded: "

    /// The reason in a `$comment` of an open schema; nil for any other comment.
    static func reason(inComment comment: String) -> String? {
        comment.hasPrefix(openComment) ? String(comment.dropFirst(openComment.count)) : nil
    }

    init<A: Codable>(reflecting type: A.Type, defaults: A?, descriptions: [String: ArgumentSchema.Argument]) {
        var example: JSONValue?
        if let defaults {
            do {
                example = try JSONValue(parsing: JSONText(encoding: defaults))
            } catch {
                mistakes.append("the defaults cannot be written as JSON: \(error)")
            }
        }
        let reflection = ArgumentReflection(of: type, example: example)
        root = reflection.schema
        var reason = reflection.failure
        if reason == nil, root["type"] != "object" {
            mistakes.append("\(A.self) is not coded as a JSON object")
            reason = "\(A.self) is not coded as a JSON object"
        }
        if let example, reason == nil {
            let problems = ArgumentValidation.problems(of: example, against: root)
            if let problem = problems.first {
                reason = "\(A.self) writes \(problem.key) in another shape than it reads"
            }
        }
        if let reason {
            openBecause = reason
            root = ["type": "object", "properties": [:], "$comment": .string(Self.openComment + reason)]
        }
        for member in example?.members ?? [] {
            describe(member.key) { $0["default"] = member.value.sorted }
        }
        if example != nil { root["required"] = nil }
        apply(descriptions)
        mistakes += ArgumentSchema.secretMistakes(in: root)
        let keywords = (root.members ?? []).filter { $0.key != "properties" }
        root = .object(
            [JSONMember("$schema", "https://json-schema.org/draft/2020-12/schema")] + keywords
                + [JSONMember("properties", root["properties"] ?? [:])])
    }

    private mutating func describe(_ name: String, _ change: (inout JSONValue) -> Void) {
        var properties = root["properties"] ?? [:]
        var property =
            properties[name] ?? root["additionalProperties"].flatMap { $0.members.map(JSONValue.object) } ?? [:]
        change(&property)
        properties[name] = property
        root["properties"] = properties
    }

    private mutating func apply(_ descriptions: [String: ArgumentSchema.Argument]) {
        for (name, argument) in descriptions.sorted(by: { $0.key < $1.key }) {
            guard openBecause != nil || root["properties"]?[name] != nil else {
                let names = root["properties"]?.members?.map(\.key) ?? []
                let advice = closestSpelling(of: name, among: names).map { ", did you mean \"\($0)\"?" } ?? ""
                mistakes.append("there is no argument \"\(name)\" to describe\(advice)")
                continue
            }
            var limits = ArgumentLimits(argument)
            describe(name) { property in
                property = limits.applied(to: property)
                property["description"] = .string(argument.description)
                if argument.isSecret {
                    property["writeOnly"] = true
                    property[ArgumentSchema.secretMark] = true
                }
            }
            mistakes += limits.mistakes.map { "\"\(name)\" \($0)" }
            // What does not fit would be quoted; a secret argument has at most an empty default.
            guard openBecause == nil, !argument.isSecret, let property = root["properties"]?[name],
                let value = property["default"]
            else { continue }
            let problems = ArgumentValidation.problems(of: value, against: property)
            mistakes += problems.map { "the default of \"\(name)\" does not fit: \($0.problem)" }
        }
    }
}

/// Limits that are said of an argument, put where they belong: numbers, texts, or the elements of a list.
private struct ArgumentLimits {
    private let minimum: JSONNumber?, maximum: JSONNumber?
    private let oneOf: [JSONValue]?
    private var boundsUsed = false, choicesUsed = false
    private let isFinite: Bool

    init(_ argument: ArgumentSchema.Argument) {
        minimum = argument.minimum.flatMap { JSONNumber($0) }
        maximum = argument.maximum.flatMap { JSONNumber($0) }
        isFinite = (argument.minimum ?? 0).isFinite && (argument.maximum ?? 0).isFinite
        oneOf = argument.oneOf?.map(JSONValue.string)
    }

    var mistakes: [String] {
        var mistakes: [String] = []
        if !isFinite { mistakes.append("has a limit that is no finite number") }
        if minimum != nil || maximum != nil, !boundsUsed { mistakes.append("has limits for a number and takes none") }
        if oneOf != nil, !choicesUsed { mistakes.append("has a choice of texts and takes no text") }
        return mistakes
    }

    mutating func applied(to schema: JSONValue) -> JSONValue {
        var schema = schema
        if let alternatives = schema["anyOf"]?.elements {
            schema["anyOf"] = .array(alternatives.map { applied(to: $0) })
            return schema
        }
        let types = schema["type"]?.elements?.compactMap(\.string) ?? [schema["type"]?.string].compactMap(\.self)
        if let items = schema["items"], types.contains("array") { schema["items"] = applied(to: items) }
        let takesNumbers = types.contains("integer") || types.contains("number") || types.isEmpty
        let takesTexts = types.contains("string") || types.isEmpty
        if takesNumbers, minimum != nil || maximum != nil {
            boundsUsed = true
            if let minimum { schema["minimum"] = .number(minimum) }
            if let maximum { schema["maximum"] = .number(maximum) }
        }
        if takesTexts, let oneOf {
            choicesUsed = true
            schema["enum"] = .array(oneOf + (types.contains("null") ? [.null] : []))
        }
        return schema
    }
}
