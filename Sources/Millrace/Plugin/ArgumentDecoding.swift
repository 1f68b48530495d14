import Foundation
public import Postgres

extension ArgumentSchema {
    /// Checks arguments against the schema alone, without the Swift type: before they are enqueued or applied.
    ///
    /// - Parameters:
    ///   - json: the arguments as given; what is left out and has a default is fine, and so is a secret that is sealed.
    ///   - plugin: the plugin's name, for the message.
    /// - Throws: ``ArgumentError`` with all that does not fit.
    public func check(_ json: JSONText, plugin: String) throws(ArgumentError) {
        try check(try object(json, plugin: plugin), plugin: plugin)
    }

    /// Reads arguments: the defaults are filled in for what is left out, key by key at the top (an object inside is
    /// given whole). What is sealed must be opened before, by ``Keyring/open(arguments:plugin:)``.
    ///
    /// - Parameters:
    ///   - json: the arguments as given.
    ///   - type: the type that the schema was made of.
    ///   - plugin: the plugin's name, for the message.
    /// - Throws: ``ArgumentError`` with all that does not fit.
    public func decode<A: Decodable>(_ json: JSONText, as type: A.Type, plugin: String) throws(ArgumentError) -> A {
        try decode(try object(json, plugin: plugin), as: type, plugin: plugin)
    }

    /// - Parameter opened: the names of arguments that may not be secret by this schema and must not be shown all the same.
    func decode<A: Decodable>(
        _ given: JSONValue, as type: A.Type, plugin: String, concealing opened: Set<String> = []
    ) throws(ArgumentError) -> A {
        try check(given, plugin: plugin, concealing: opened)
        if let members = given.members, members.contains(where: { SealedValue.isMarked($0.value) }) {
            let sealed = members.filter { SealedValue.isMarked($0.value) }.map { member in
                ArgumentProblem(
                    path: ValuePath(member.key), problem: "is sealed", wayOut: "open the arguments by a Keyring first")
            }
            throw ArgumentError(plugin: plugin, problems: sealed)
        }
        var arguments = given
        for member in defaults.members ?? [] where arguments[member.key] == nil {
            arguments[member.key] = member.value
        }
        do {
            return try arguments.decode(type)
        } catch {
            throw ArgumentError(
                plugin: plugin, problems: [problem(error, plugin: plugin, hidden: secrets.union(opened))])
        }
    }

    /// Reads arguments without checking more than that they are an object.
    func object(_ json: JSONText, plugin: String) throws(ArgumentError) -> JSONValue {
        func failure(_ problem: String) -> ArgumentError {
            let wayOut = "give an object such as \(example)"
            return ArgumentError(
                plugin: plugin, problems: [ArgumentProblem(path: ValuePath(), problem: problem, wayOut: wayOut)])
        }
        let arguments: JSONValue
        do {
            arguments = try JSONValue(parsing: json)
        } catch {
            // The reason quotes what it found, which may be part of a secret.
            let place = secrets.isEmpty ? "\(error)" : "line \(error.line), column \(error.column)"
            throw failure("the arguments are no JSON, \(place)")
        }
        guard arguments.members != nil else {
            throw failure("\(secrets.isEmpty ? arguments.shown : "what is given") is no JSON object")
        }
        return arguments
    }

    private func check(
        _ arguments: JSONValue, plugin: String, concealing opened: Set<String> = []
    ) throws(ArgumentError) {
        let problems = problems(of: arguments, concealing: opened)
        guard problems.isEmpty else { throw ArgumentError(plugin: plugin, problems: problems) }
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
    private func problem(_ error: any Error, plugin: String, hidden: Set<String>) -> ArgumentProblem {
        var path = ValuePath()
        var text = "\(error)"
        if let error = error as? DecodingError {
            let context: DecodingError.Context
            switch error {
            case .keyNotFound(let key, let inside):
                context = inside
                path = path.key(key.stringValue)
                text = Self.missing
            case .typeMismatch(_, let inside), .valueNotFound(_, let inside), .dataCorrupted(let inside):
                context = inside
                text = inside.debugDescription
            @unknown default:
                return hidden.isEmpty
                    ? ArgumentProblem(path: path, problem: text, wayOut: Self.wayOut(plugin))
                    : concealedProblem(at: path)
            }
            var outer = ValuePath()
            for key in context.codingPath {
                outer = key.intValue.map { outer.element($0) } ?? outer.key(key.stringValue)
            }
            path = path.under(outer)
        }
        // What a type says of a value quotes it; where no argument is named, it could be any.
        let isMissing = text == Self.missing && path.components.count == 1
        if !hidden.isEmpty, !isMissing, path.components.first.map(hidden.contains) ?? true {
            return concealedProblem(at: path)
        }
        while text.hasSuffix(".") { text.removeLast() }
        return ArgumentProblem(path: path, problem: text, wayOut: Self.wayOut(plugin))
    }

    private static let missing = "is missing"

    private static func wayOut(_ plugin: String) -> String {
        "see `millrace plugin describe \(plugin)`"
    }
}
