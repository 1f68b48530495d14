public import Postgres

/// The shape of a plugin's arguments: their names, types, defaults, limits and meanings, as a JSON Schema.
///
/// ```swift
/// struct Arguments: Codable, Sendable {
///     var factors = 64
///     var mode = Mode.exact      // enum Mode: String, Codable, CaseIterable
/// }
/// static let arguments = ArgumentSchema(
///     defaults: Arguments(),
///     describing: ["factors": .init("Length of a factor vector.", minimum: 1, maximum: 1024)])
/// ```
///
/// The shape is found by decoding the type from sample values and writing down what it asks for. That sees through
/// structs, optionals, arrays, dictionaries with text keys, `Bool`, all integers, `Double`, `Float`, `Decimal`, `String`,
/// `Date`, `URL`, `UUID`, `Data`, enumerations that are `CaseIterable` with raw values, and types that read one value of
/// one of several types. A property whose type cannot be seen through (an enumeration with associated values, or one
/// without `CaseIterable`) takes any value, and is checked when it is decoded.
///
/// Where the whole cannot be seen through, the schema is *open*: any object is accepted, ``openBecause`` and the schema's
/// `$comment` say why, and the arguments are checked only when they are decoded. A type that decodes itself by hand may
/// accept more than its samples show; give its schema by ``init(jsonSchema:)``.
public struct ArgumentSchema: Sendable, Hashable {
    /// What is said about one argument besides its type.
    public struct Argument: Sendable, Hashable {
        /// What it means, with units.
        public var description: String
        /// The smallest and largest number allowed, also for numbers in a list.
        public var minimum: Double?, maximum: Double?
        /// The texts allowed, also for texts in a list.
        public var oneOf: [String]?
        /// Whether its value is stored sealed, and never shown; see ``Keyring``.
        public var isSecret = false

        /// - Parameters:
        ///   - description: what it means, with units.
        ///   - minimum: the smallest number allowed, also for numbers in a list.
        ///   - maximum: the largest number allowed, also for numbers in a list.
        ///   - oneOf: the texts allowed, also for texts in a list.
        public init(
            _ description: String, minimum: Double? = nil, maximum: Double? = nil, oneOf: [String]? = nil
        ) {
            self.description = description
            self.minimum = minimum
            self.maximum = maximum
            self.oneOf = oneOf
        }

        /// The same argument, stored sealed and never shown: a password, a token, an address.
        ///
        /// Published in the JSON Schema as `"writeOnly": true` and `"x-millrace-secret": true`.
        public func secret() -> Argument {
            var argument = self
            argument.isSecret = true
            return argument
        }
    }

    /// The JSON Schema, dialect 2020-12.
    public let jsonSchema: JSONText
    /// Why arguments are checked only when they are decoded; nil when the schema checks them.
    public let openBecause: String?
    /// Mistakes in the declaration, such as a description of an argument that is not there. ``PluginRegistry`` refuses a
    /// plugin that has any.
    public let mistakes: [String]

    let root: JSONValue
    /// The values of arguments that are left out, by name, in alphabetical order.
    let defaults: JSONValue
    /// The names of the arguments that are stored sealed.
    public let secrets: Set<String>
    let matcher: SchemaMatcher

    /// The schema of a type in which every property that is not optional must be given.
    ///
    /// - Parameters:
    ///   - type: a type that is coded as a JSON object.
    ///   - descriptions: by the argument's name in JSON.
    public init<A: Codable>(reflecting type: A.Type, describing descriptions: [String: Argument] = [:]) {
        self.init(ArgumentSchemaBuilder(reflecting: type, defaults: nil, descriptions: descriptions))
    }

    /// The schema of a type in which every property may be left out, and then has its value in `defaults`.
    ///
    /// - Parameters:
    ///   - defaults: a value that is coded as a JSON object.
    ///   - descriptions: by the argument's name in JSON.
    public init<A: Codable & Sendable>(defaults: A, describing descriptions: [String: Argument] = [:]) {
        self.init(ArgumentSchemaBuilder(reflecting: A.self, defaults: defaults, descriptions: descriptions))
    }

    /// A schema that is given as it is, for instance one that a worker has published.
    ///
    /// These keywords are checked: `type`, `enum`, `const`, `anyOf`, `properties`, `required`, `additionalProperties`,
    /// `items`, `minItems`, `maxItems`, `minLength`, `maxLength`, `minimum`, `maximum`, `exclusiveMinimum`,
    /// `exclusiveMaximum`, and `format` for `int64`, `uint64`, `uuid`, `uri` and `date-time`. Others are kept and do not
    /// take part in checks. The `default` of a property at the top is filled in before decoding.
    ///
    /// - Throws: ``ArgumentSchemaError`` when the text is no JSON object.
    public init(jsonSchema: JSONText) throws(ArgumentSchemaError) {
        do {
            root = try JSONValue(parsing: jsonSchema)
        } catch {
            throw ArgumentSchemaError(problem: "is no JSON: \(error)")
        }
        guard root.members != nil else {
            throw ArgumentSchemaError(problem: "is \(root.shown) and not an object")
        }
        self.jsonSchema = jsonSchema
        openBecause = root["$comment"]?.string.flatMap(ArgumentSchemaBuilder.reason(inComment:))
        mistakes = Self.secretMistakes(in: root)
        defaults = Self.defaults(in: root)
        secrets = Self.secrets(in: root)
        matcher = SchemaMatcher(root)
    }

    private init(_ builder: ArgumentSchemaBuilder) {
        root = builder.root
        jsonSchema = root.text
        openBecause = builder.openBecause
        mistakes = builder.mistakes
        defaults = Self.defaults(in: root)
        secrets = Self.secrets(in: root)
        matcher = SchemaMatcher(root)
    }

    /// Equal schemas are equal texts; the rest follows from them.
    public static func == (left: ArgumentSchema, right: ArgumentSchema) -> Bool {
        left.jsonSchema == right.jsonSchema && left.mistakes == right.mistakes && left.openBecause == right.openBecause
    }

    /// Hashes the text.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(jsonSchema)
    }

    /// The names of the arguments, in the order of their declaration.
    public var names: [String] {
        root["properties"]?.members?.map(\.key) ?? []
    }

    private static func defaults(in root: JSONValue) -> JSONValue {
        let properties = root["properties"]?.members ?? []
        let defaults = properties.compactMap { property in
            property.value["default"].map { JSONMember(property.key, $0) }
        }
        return JSONValue.object(defaults).sorted
    }
}

/// A text that is no JSON Schema.
public struct ArgumentSchemaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with it.
    public let problem: String

    /// What happened, and the way out.
    public var description: String {
        "the schema of the arguments \(problem)  →  give a JSON Schema such as "
            + #"{"type": "object", "properties": {"customer": {"type": "integer"}}}"#
    }
}
