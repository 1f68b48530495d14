import Foundation
import Postgres
import Testing

@testable import Millrace

private struct Everything: Codable, Sendable {
    struct Inner: Codable, Sendable, Equatable {
        var left: Int, right: Double?
    }
    enum Mode: String, Codable, CaseIterable {
        case exact, fast
    }
    enum Level: Int, Codable, CaseIterable {
        case low = 1, high = 3
    }

    var flag: Bool, count: Int, small: UInt8, big: UInt64, ratio: Double, single: Float, name: String
    var since: Date?, link: URL?, id: UUID, price: Decimal
    var mode: Mode, level: Level?
    var inner: Inner, list: [Inner], weights: [String: Double], maybe: [Int?]
}

private struct Training: Codable, Sendable, Equatable {
    var factors = 64
    var regularization = 0.05
    var mode = "exact"
    var since: Date?
    var shardCount = 8

    enum CodingKeys: String, CodingKey {
        case factors, regularization, mode, since
        case shardCount = "shard_count"
    }
}

/// A number or `auto`, the usual way to write it.
private enum Clusters: Codable, Sendable, Equatable {
    case auto, fixed(Int)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let count = try? container.decode(Int.self) {
            self = .fixed(count)
        } else if try container.decode(String.self) == "auto" {
            self = .auto
        } else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "neither auto nor a number")
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .auto: try container.encode("auto")
        case .fixed(let count): try container.encode(count)
        }
    }
}

private struct Segmentation: Codable, Sendable {
    var clusters = Clusters.auto
}

/// An enumeration without `CaseIterable`: no value of it can be guessed.
private enum Secret: String, Codable { case open, sesame }
private struct NeedsSecret: Codable, Sendable {
    var count: Int
    var secret: Secret
}
private struct HasSecret: Codable, Sendable {
    var secret = Secret.sesame
    var count = 1
}

private enum Shape: Codable, Sendable { case circle(radius: Int), point }
private struct HasShape: Codable, Sendable { var shape = Shape.circle(radius: 3) }
private struct Tree: Codable, Sendable { var name: String, children: [Tree] }
private struct Nothing: Codable, Sendable {}

private func schema(_ schema: ArgumentSchema) throws -> JSONValue {
    try JSONValue(parsing: schema.jsonSchema)
}

@Suite struct ArgumentSchemaTests {
    @Test("every kind of property is found with its JSON type, and what is not optional is required")
    func reflection() throws {
        let found = try schema(ArgumentSchema(reflecting: Everything.self))
        let inner: JSONValue = [
            "type": "object", "additionalProperties": false, "required": ["left"],
            "properties": [
                "left": ["type": "integer", "format": "int64"], "right": ["type": ["number", "null"]],
            ],
        ]
        let expected: JSONValue = [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object", "additionalProperties": false,
            "required": [
                "flag", "count", "small", "big", "ratio", "single", "name", "id", "price", "mode", "inner", "list",
                "weights", "maybe",
            ],
            "properties": [
                "flag": ["type": "boolean"],
                "count": ["type": "integer", "format": "int64"],
                "small": ["type": "integer", "minimum": 0, "maximum": 255],
                "big": ["type": "integer", "minimum": 0, "format": "uint64"],
                "ratio": ["type": "number"],
                "single": ["type": "number"],
                "name": ["type": "string"],
                "since": ["type": ["string", "null"], "format": "date-time"],
                "link": ["type": ["string", "null"], "format": "uri"],
                "id": ["type": "string", "format": "uuid"],
                "price": ["type": "number"],
                "mode": ["type": "string", "enum": ["exact", "fast"]],
                "level": ["type": ["integer", "null"], "enum": [1, 3, .null]],
                "inner": inner,
                "list": ["type": "array", "items": inner],
                "weights": ["type": "object", "additionalProperties": ["type": "number"]],
                "maybe": ["type": "array", "items": ["type": ["integer", "null"], "format": "int64"]],
            ],
        ]
        #expect(found == expected)
    }

    @Test("with defaults nothing is required, and defaults, limits and meanings are in the schema")
    func defaults() throws {
        let found = ArgumentSchema(
            defaults: Training(),
            describing: [
                "factors": .init("Length of a factor vector.", minimum: 1, maximum: 1024),
                "regularization": .init("Weight of the penalty.", minimum: 0),
                "mode": .init("How to solve.", oneOf: ["exact", "fast"]),
            ])
        #expect(
            found.jsonSchema.text == """
                {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","additionalProperties":false,\
                "properties":{"factors":{"type":"integer","format":"int64","default":64,"minimum":1,"maximum":1024,\
                "description":"Length of a factor vector."},"regularization":{"type":"number","default":0.05,\
                "minimum":0,"description":"Weight of the penalty."},"mode":{"type":"string","default":"exact",\
                "enum":["exact","fast"],"description":"How to solve."},"since":{"type":["string","null"],\
                "format":"date-time"},"shard_count":{"type":"integer","format":"int64","default":8}}}
                """)
        #expect(found.mistakes.isEmpty)
        #expect(found.names == ["factors", "regularization", "mode", "since", "shard_count"])
    }

    @Test("a type that tries several shapes takes all of them, each with its own limits")
    func alternatives() throws {
        let found = ArgumentSchema(
            defaults: Segmentation(),
            describing: ["clusters": .init("How many segments.", minimum: 2, maximum: 50, oneOf: ["auto"])])
        #expect(
            try schema(found)["properties"]?["clusters"] == [
                "anyOf": [
                    ["type": "integer", "format": "int64", "minimum": 2, "maximum": 50],
                    ["type": "string", "enum": ["auto"]],
                ],
                "default": "auto", "description": "How many segments.",
            ])
        #expect(found.mistakes.isEmpty)
        #expect(try found.decode(JSONText("{}"), as: Segmentation.self, plugin: "p").clusters == .auto)
        #expect(
            try found.decode(JSONText(#"{"clusters":7}"#), as: Segmentation.self, plugin: "p").clusters == .fixed(7))
    }

    @Test("a type without arguments allows none")
    func noArguments() throws {
        #expect(
            try schema(ArgumentSchema(reflecting: Nothing.self)) == [
                "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
                "additionalProperties": false, "properties": [:],
            ])
    }

    @Test("a type that contains itself ends the search there")
    func recursion() throws {
        let found = try schema(ArgumentSchema(reflecting: Tree.self))
        #expect(found["properties"]?["children"] == ["type": "array", "items": [:]])
        #expect(found["required"] == ["name", "children"])
    }

    @Test("a type that cannot be seen through gives an open schema that says why")
    func openSchema() throws {
        let found = ArgumentSchema(reflecting: NeedsSecret.self, describing: ["secret": .init("The word.")])
        #expect(found.openBecause == "secret: Secret cannot be decoded from a sample value")
        #expect(found.mistakes.isEmpty)
        #expect(
            try schema(found) == [
                "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
                "$comment": "Checked only when decoded: secret: Secret cannot be decoded from a sample value",
                "properties": ["secret": ["description": "The word."]],
            ])
        #expect(try ArgumentSchema(jsonSchema: found.jsonSchema) == found)
        try found.check(JSONText(#"{"whatever":1}"#), plugin: "p")
        let arguments = try found.decode(JSONText(#"{"count":2,"secret":"open"}"#), as: NeedsSecret.self, plugin: "p")
        #expect(arguments.secret == .open)
        let error = #expect(throws: ArgumentError.self) {
            try found.decode(JSONText(#"{"count":"2"}"#), as: NeedsSecret.self, plugin: "p")
        }
        #expect(error?.problems.map(\.key) == ["count"])
        #expect(error?.problems.map(\.wayOut) == ["see `millrace plugin describe p`"])
    }

    @Test("defaults see through a type that has no other sample")
    func defaultsAsSamples() throws {
        let found = ArgumentSchema(defaults: HasSecret())
        #expect(found.openBecause == nil)
        #expect(
            try schema(found)["properties"] == [
                "secret": ["type": "string", "default": "sesame"],
                "count": ["type": "integer", "format": "int64", "default": 1],
            ])
    }

    @Test("an enumeration with associated values takes any object")
    func associatedValues() throws {
        let found = ArgumentSchema(defaults: HasShape())
        #expect(
            try schema(found)["properties"] == [
                "shape": ["type": "object", "default": ["circle": ["radius": 3]]]
            ])
        let point = try found.decode(JSONText(#"{"shape":{"point":{}}}"#), as: HasShape.self, plugin: "p")
        guard case .point = point.shape else {
            Issue.record("\(point)")
            return
        }
    }

    @Test("mistakes in a declaration are named")
    func mistakes() {
        let found = ArgumentSchema(
            defaults: Training(),
            describing: [
                "factor": .init("Typed wrong."), "mode": .init("A text.", minimum: 1),
                "factors": .init("Default outside.", maximum: 10), "shard_count": .init("No text.", oneOf: ["a"]),
                "regularization": .init("No limit.", maximum: .infinity),
            ])
        #expect(
            found.mistakes == [
                "there is no argument \"factor\" to describe, did you mean \"factors\"?",
                "the default of \"factors\" does not fit: 64 is more than 10",
                "\"mode\" has limits for a number and takes none",
                "\"regularization\" has a limit that is no finite number",
                "\"shard_count\" has a choice of texts and takes no text",
            ])
        #expect(ArgumentSchema(reflecting: Int.self).mistakes == ["Int is not coded as a JSON object"])
        #expect(ArgumentSchema(defaults: ["x": Double.nan]).mistakes.count == 1)
    }

    @Test("a schema read back from its text checks the same")
    func readBack() throws {
        let made = ArgumentSchema(defaults: Training(), describing: ["factors": .init("", minimum: 1, maximum: 1024)])
        let read = try ArgumentSchema(jsonSchema: made.jsonSchema)
        #expect(read == made)
        #expect(throws: ArgumentError.self) { try read.check(JSONText(#"{"factors":0}"#), plugin: "p") }
        #expect(try read.decode(JSONText(#"{"factors":3}"#), as: Training.self, plugin: "p") == Training(factors: 3))
    }

    @Test("what is no schema is refused")
    func noSchema() {
        let error = #expect(throws: ArgumentSchemaError.self) { try ArgumentSchema(jsonSchema: JSONText("[1]")) }
        #expect(
            error?.description == """
                the schema of the arguments is [1] and not an object  →  give a JSON Schema such as \
                {"type": "object", "properties": {"customer": {"type": "integer"}}}
                """)
        #expect(throws: ArgumentSchemaError.self) { try ArgumentSchema(jsonSchema: JSONText("{")) }
    }
}
