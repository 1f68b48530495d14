import Foundation
public import Postgres

extension ArgumentSchema {
    /// Checks arguments against the schema alone, without the Swift type: before they are enqueued or applied.
    ///
    /// - Parameters:
    ///   - json: the arguments as given; what is left out and has a default is fine.
    ///   - plugin: the plugin's name, for the message.
    /// - Throws: ``ArgumentError`` with all that does not fit.
    public func check(_ json: JSONText, plugin: String) throws(ArgumentError) {
        _ = try checked(json, plugin: plugin)
    }

    /// Reads arguments: the defaults are filled in for what is left out, key by key at the top (an object inside is
    /// given whole).
    ///
    /// - Parameters:
    ///   - json: the arguments as given.
    ///   - type: the type that the schema was made of.
    ///   - plugin: the plugin's name, for the message.
    /// - Throws: ``ArgumentError`` with all that does not fit.
    public func decode<A: Decodable>(_ json: JSONText, as type: A.Type, plugin: String) throws(ArgumentError) -> A {
        var arguments = try checked(json, plugin: plugin)
        for member in defaults.members ?? [] where arguments[member.key] == nil {
            arguments[member.key] = member.value
        }
        do {
            return try arguments.text.decode(type)
        } catch {
            throw ArgumentError(plugin: plugin, problems: [problem(error, plugin: plugin)])
        }
    }

    private func checked(_ json: JSONText, plugin: String) throws(ArgumentError) -> JSONValue {
        let example = "give an object such as \(example)"
        func failure(_ problem: String) -> ArgumentError {
            let problem = ArgumentProblem(path: ValuePath(), problem: problem, wayOut: example)
            return ArgumentError(plugin: plugin, problems: [problem])
        }
        let arguments: JSONValue
        do {
            arguments = try JSONValue(parsing: json)
        } catch {
            throw failure("the arguments are no JSON, \(error)")
        }
        guard arguments.members != nil else { throw failure("\(arguments.shown) is no JSON object") }
        let problems = problems(of: arguments)
        guard problems.isEmpty else { throw ArgumentError(plugin: plugin, problems: problems) }
        return arguments
    }

    func problems(of arguments: JSONValue) -> [ArgumentProblem] {
        ArgumentValidation.problems(of: arguments, against: root)
    }

    /// An object that shows the form.
    private var example: String {
        guard let (name, property) = root["properties"]?.members?.first.map({ ($0.key, $0.value) }) else { return "{}" }
        let choices = property["enum"] ?? property["anyOf"]?.elements?.first?["enum"]
        let value: JSONValue? =
            property["default"] ?? choices?.elements?.first
            ?? (ArgumentExpectation(property).types?.first).flatMap { ["integer": 1, "boolean": true][$0] }
        return JSONValue.object([JSONMember(name, value ?? "…")]).text.text
    }

    /// What the schema let pass and the type refused.
    private func problem(_ error: any Error, plugin: String) -> ArgumentProblem {
        var path = ValuePath()
        var text = "\(error)"
        if let error = error as? DecodingError {
            let context: DecodingError.Context
            switch error {
            case .keyNotFound(let key, let inside):
                context = inside
                path = path.key(key.stringValue)
                text = "is missing"
            case .typeMismatch(_, let inside), .valueNotFound(_, let inside), .dataCorrupted(let inside):
                context = inside
                text = inside.debugDescription
            @unknown default: return ArgumentProblem(path: path, problem: text, wayOut: Self.wayOut(plugin))
            }
            var outer = ValuePath()
            for key in context.codingPath {
                outer = key.intValue.map { outer.element($0) } ?? outer.key(key.stringValue)
            }
            path = path.under(outer)
        }
        while text.hasSuffix(".") { text.removeLast() }
        return ArgumentProblem(path: path, problem: text, wayOut: Self.wayOut(plugin))
    }

    private static func wayOut(_ plugin: String) -> String {
        "see `millrace plugin describe \(plugin)`"
    }
}
