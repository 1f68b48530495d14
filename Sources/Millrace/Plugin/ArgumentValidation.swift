import Foundation

/// Checks a value against a JSON Schema and lists all that does not fit.
///
/// ``ArgumentSchema/init(jsonSchema:)`` names the keywords.
struct ArgumentValidation {
    private(set) var problems: [ArgumentProblem] = []

    static func problems(of value: JSONValue, against schema: JSONValue) -> [ArgumentProblem] {
        var validation = ArgumentValidation()
        validation.check(value, against: schema, at: ValuePath())
        return validation.problems
    }

    private mutating func check(_ value: JSONValue, against schema: JSONValue, at path: ValuePath) {
        guard case .object = schema else {
            if schema == false { report(path, "no value is allowed", "leave it out") }
            return
        }
        let expectation = ArgumentExpectation(schema)
        if let choices = schema["enum"]?.elements ?? schema["const"].map({ [$0] }), !choices.contains(value) {
            reportChoice(value, of: choices, expectation, at: path)
            return
        }
        if let alternatives = schema["anyOf"]?.elements {
            checkAlternatives(value, alternatives, expectation, at: path)
            return
        }
        if let types = expectation.types, !types.contains(where: { Self.isValue(value, ofType: $0) }) {
            report(path, "\(value.shown) is not \(expectation.kind)", expectation.wayOut(insteadOf: value))
            return
        }
        switch value {
        case .null, .bool: break
        case .number(let number): checkNumber(number, schema, expectation, at: path)
        case .string(let string): checkString(string, schema, expectation, at: path)
        case .array(let elements): checkArray(elements, schema, expectation, at: path)
        case .object(let members): checkObject(members, schema, at: path)
        }
    }

    private mutating func checkAlternatives(
        _ value: JSONValue, _ alternatives: [JSONValue], _ expectation: ArgumentExpectation, at path: ValuePath
    ) {
        let attempts = alternatives.map { alternative in
            var attempt = ArgumentValidation()
            attempt.check(value, against: alternative, at: path)
            return (problems: attempt.problems, types: ArgumentExpectation(alternative).types)
        }
        guard attempts.allSatisfy({ !$0.problems.isEmpty }) else { return }
        // The alternative of the value's own type is the one that was meant, when there is just one.
        let meant = attempts.filter { attempt in
            attempt.types?.contains { Self.isValue(value, ofType: $0) } ?? false
        }
        if meant.count == 1, case .object = value {
            problems += meant[0].problems
        } else {
            report(
                path, meant.count == 1 ? meant[0].problems[0].problem : "\(value.shown) is not \(expectation)",
                expectation.wayOut(insteadOf: value))
        }
    }

    private mutating func reportChoice(
        _ value: JSONValue, of choices: [JSONValue], _ expectation: ArgumentExpectation, at path: ValuePath
    ) {
        let closest = value.string.flatMap { closestSpelling(of: $0, among: choices.compactMap(\.string)) }
        report(
            path, "\(value.shown) is not \(expectation)",
            closest.map { "did you mean \"\($0)\"?" } ?? expectation.wayOut(insteadOf: value))
    }

    private mutating func checkNumber(
        _ number: JSONNumber, _ schema: JSONValue, _ expectation: ArgumentExpectation, at path: ValuePath
    ) {
        let value = number.double ?? (number.text.hasPrefix("-") ? -.infinity : .infinity)
        var problem: String?
        if let limit = schema["minimum"]?.number, value < limit.double ?? -.infinity {
            problem = "is less than \(limit.text)"
        } else if let limit = schema["maximum"]?.number, value > limit.double ?? .infinity {
            problem = "is more than \(limit.text)"
        } else if let limit = schema["exclusiveMinimum"]?.number, value <= limit.double ?? -.infinity {
            problem = "is not more than \(limit.text)"
        } else if let limit = schema["exclusiveMaximum"]?.number, value >= limit.double ?? .infinity {
            problem = "is not less than \(limit.text)"
        } else if schema["format"] == "int64", number.isWhole, number.whole(as: Int64.self) == nil {
            problem = "does not fit in 64 bits"
        } else if schema["format"] == "uint64", number.isWhole, number.whole(as: UInt64.self) == nil {
            problem = "does not fit in 64 bits"
        }
        if let problem {
            report(path, "\(JSONValue.number(number).shown) \(problem)", expectation.wayOut(insteadOf: .number(number)))
        }
    }

    private mutating func checkString(
        _ string: String, _ schema: JSONValue, _ expectation: ArgumentExpectation, at path: ValuePath
    ) {
        let shown = JSONValue.string(string).shown
        let fits =
            switch schema["format"]?.string {
            case "uuid": UUID(uuidString: string) != nil
            case "uri": URL(string: string) != nil && !string.isEmpty
            case "date-time": (try? RFC3339.date(string)) != nil
            default: true
            }
        let length = string.unicodeScalars.count
        if !fits {
            report(path, "\(shown) is not \(expectation.kind)", expectation.wayOut(insteadOf: .string(string)))
        } else if let limit = schema["minLength"]?.number?.whole(as: Int.self), length < limit {
            report(path, "\(shown) has \(length) characters", "give at least \(limit)")
        } else if let limit = schema["maxLength"]?.number?.whole(as: Int.self), length > limit {
            report(path, "\(shown) has \(length) characters", "give at most \(limit)")
        }
    }

    private mutating func checkArray(
        _ elements: [JSONValue], _ schema: JSONValue, _ expectation: ArgumentExpectation, at path: ValuePath
    ) {
        if let limit = schema["minItems"]?.number?.whole(as: Int.self), elements.count < limit {
            report(path, "it has \(elements.count) elements", "give at least \(limit)")
        } else if let limit = schema["maxItems"]?.number?.whole(as: Int.self), elements.count > limit {
            report(path, "it has \(elements.count) elements", "give at most \(limit)")
        }
        guard let items = schema["items"] else { return }
        for (index, element) in elements.enumerated() {
            check(element, against: items, at: path.element(index))
        }
    }

    private mutating func checkObject(_ members: [JSONMember], _ schema: JSONValue, at path: ValuePath) {
        let properties = schema["properties"]?.members ?? []
        let names = properties.map(\.key)
        for member in members {
            if let property = properties.first(where: { $0.key == member.key }) {
                check(member.value, against: property.value, at: path.key(member.key))
            } else if let others = schema["additionalProperties"], others != true {
                if others == false {
                    reportUnknown(member.key, names, at: path)
                } else {
                    check(member.value, against: others, at: path.key(member.key))
                }
            }
        }
        for name in schema["required"]?.elements?.compactMap(\.string) ?? []
        where !members.contains(where: { $0.key == name }) {
            let property = properties.first { $0.key == name }?.value ?? [:]
            report(path.key(name), "is missing", "give \(ArgumentExpectation(property))")
        }
    }

    private mutating func reportUnknown(_ name: String, _ names: [String], at path: ValuePath) {
        let wayOut =
            if let closest = closestSpelling(of: name, among: names) {
                "did you mean \"\(closest)\"?"
            } else if names.isEmpty {
                path.components.isEmpty ? "leave it out, the plugin takes no arguments" : "leave it out"
            } else {
                "use \(ArgumentExpectation.list(names, or: "or"))"
            }
        report(path.key(name), "there is no such argument", wayOut)
    }

    private mutating func report(_ path: ValuePath, _ problem: String, _ wayOut: String) {
        problems.append(ArgumentProblem(path: path, problem: problem, wayOut: wayOut))
    }

    private static func isValue(_ value: JSONValue, ofType type: String) -> Bool {
        switch (value, type) {
        case (.null, "null"), (.bool, "boolean"), (.number, "number"), (.string, "string"), (.array, "array"),
            (.object, "object"):
            true
        case (.number(let number), "integer"): number.isWhole
        default: false
        }
    }
}
