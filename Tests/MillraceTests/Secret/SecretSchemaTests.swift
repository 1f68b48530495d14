import Postgres
import Testing

@testable import Millrace

private struct Login: Codable, Sendable {
    enum Kind: String, Codable, CaseIterable { case short, long }
    struct Card: Codable, Sendable, Equatable { var number: Int }
    var account: String
    var pin: Int?
    var kind: Kind?
    var card: Card?
    /// Takes any value, and refuses some when it is decoded.
    var token: Token?
}

private enum Token: Codable, Sendable, Equatable {
    case word(String)

    init(from decoder: any Decoder) throws {
        let word = try decoder.singleValueContainer().decode(String.self)
        guard word.count < 5 else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "\(word) is too long"))
        }
        self = .word(word)
    }

    func encode(to encoder: any Encoder) throws {}
}

private let schema = ArgumentSchema(
    reflecting: Login.self,
    describing: [
        "pin": .init("A number.", minimum: 1, maximum: 9999).secret(), "kind": .init("Which.").secret(),
        "card": .init("A card.").secret(), "token": .init("A word.").secret(),
    ])

@Suite struct SecretSchemaTests {
    @Test("a secret argument is published as one, and known again from what was published")
    func published() throws {
        let pin = try #require(schema.root["properties"]?["pin"])
        #expect(pin["writeOnly"] == true)
        #expect(pin["x-millrace-secret"] == true)
        #expect(pin["description"] == "A number.")
        #expect(pin["maximum"] == 9999)
        #expect(schema.root["properties"]?["account"]?["writeOnly"] == nil)
        #expect(schema.secrets == ["pin", "kind", "card", "token"])
        #expect(schema.mistakes.isEmpty)
        #expect(try ArgumentSchema(jsonSchema: schema.jsonSchema).secrets == schema.secrets)
        #expect(ArgumentSchema(reflecting: Login.self).secrets.isEmpty)
    }

    @Test("a sealed value is taken for a secret argument and for no other")
    func sealedValues() throws {
        let keyring = try Keyring.random("a")
        let sealed = try keyring.seal(
            arguments: JSONText(#"{"account":"ada","pin":12}"#), secrets: ["pin"], plugin: "p")
        try schema.check(sealed, plugin: "p")
        // Nothing is known of a sealed value but that it is one.
        let outOfRange = try keyring.seal(
            arguments: JSONText(#"{"account":"ada","pin":123456}"#), secrets: ["pin"], plugin: "p")
        try schema.check(outOfRange, plugin: "p")

        let wrong = try keyring.seal(arguments: JSONText(#"{"account":"ada"}"#), secrets: ["account"], plugin: "p")
        #expect(text(of: wrong) == "p: account: is sealed, and is no secret argument  →  give its value in the clear")
        let anything = try ArgumentSchema(jsonSchema: JSONText(#"{"type":"object","properties":{"account":{}}}"#))
        #expect(throws: ArgumentError.self) { try anything.check(wrong, plugin: "p") }
        #expect(
            text(of: JSONText(#"{"account":"ada","pin":{"millrace.sealed":{}}}"#))
                == "p: pin: has the mark of a sealed value and not its form  →  seal the value anew")
        #expect(text(of: JSONText(#"{"pin":1}"#)) == "p: account: is missing  →  give a text")
    }

    @Test("what is sealed must be opened before it is decoded")
    func decodingSealed() throws {
        let keyring = try Keyring.random("a")
        let clear = JSONText(#"{"account":"ada","pin":12}"#)
        let sealed = try keyring.seal(arguments: clear, secrets: ["pin"], plugin: "p")
        let error = #expect(throws: ArgumentError.self) { try schema.decode(sealed, as: Login.self, plugin: "p") }
        #expect(error?.description == "p: pin: is sealed  →  open the arguments by a Keyring first")
        let opened = try schema.decode(keyring.open(arguments: sealed, plugin: "p"), as: Login.self, plugin: "p")
        #expect(opened.pin == 12)
    }

    @Test(
        "a secret that does not fit is not shown, nor what is like it",
        arguments: [
            (#""pin":471147"#, "p: pin: the value does not fit (not shown, it is secret)  →  give a whole number"),
            (#""pin":"471147""#, "p: pin: the value does not fit (not shown, it is secret)  →  give a whole number"),
            (#""kind":"shor471147""#, #"p: kind: the value does not fit (not shown, it is secret)  →  give "short""#),
            (#""card":{"471147":1}"#, "p: card: the value does not fit (not shown, it is secret)  →  give an object"),
            (#""card":{"number":"471147"}"#, "p: card: the value does not fit (not shown, it is secret)  →  give"),
            (#""token":"471147""#, "p: token: the value does not fit (not shown, it is secret)  →  give a text"),
            (#""card":471147e500"#, "p: the arguments are no JSON, line 1, column 25  →  give an object"),
        ])
    func concealment(argument: String, expected: String) throws {
        let arguments = JSONText(#"{"account":"ada",\#(argument)}"#)
        let error = try #require(
            #expect(throws: ArgumentError.self) { try schema.decode(arguments, as: Login.self, plugin: "p") })
        #expect(error.description.hasPrefix(expected), "\(error)")
        #expect(error.problems.count == 1)
        #expect(!String(reflecting: error).contains("471147"))
    }

    @Test("arguments that are no object, or fail as a whole, are not shown when some are secret")
    func concealedWhole() throws {
        #expect(text(of: JSONText(#""471147""#))?.contains("471147") == false)
        let choice = try ArgumentSchema(
            jsonSchema: JSONText(
                #"{"enum":[{"pin":1}],"properties":{"pin":{"x-millrace-secret":true}}}"#))
        let error = #expect(throws: ArgumentError.self) { try choice.check(JSONText(#"{"pin":471147}"#), plugin: "p") }
        #expect(error?.description.contains("471147") == false)
    }

    @Test("what is not secret is shown as before, in the order given")
    func others() {
        #expect(
            text(of: JSONText(#"{"colour":1,"pin":"x","account":5}"#)) == """
                p: colour: there is no such argument  →  use account, pin, kind, card or token
                p: pin: the value does not fit (not shown, it is secret)  →  give a whole number from 1 to 9999 or null
                p: account: 5 is not a text  →  give a text
                """)
    }

    @Test("a plugin whose schema would show or store a secret in the clear is refused")
    func mistakes() throws {
        struct Defaults: Codable, Sendable { var word = "tulip", empty = "", pin: Int? = nil }
        let shown = ArgumentSchema(
            defaults: Defaults(),
            describing: [
                "word": .init("").secret(), "empty": .init("").secret(), "pin": .init("").secret(),
            ])
        #expect(
            shown.mistakes == [
                "the secret argument \"word\" has a default, which would be published: make it optional or empty"
            ])
        let nested = try ArgumentSchema(
            jsonSchema: JSONText(
                #"{"properties":{"a":{"x-millrace-secret":true,"properties":{"b":{"x-millrace-secret":true}}}}}"#))
        #expect(nested.mistakes.count == 1)
        #expect(nested.mistakes.first?.hasPrefix("only arguments at the top can be secret") == true)
        let misspelt = ArgumentSchema(reflecting: Login.self, describing: ["pni": .init("").secret()])
        #expect(misspelt.mistakes.count == 1)
    }

    private func text(of arguments: JSONText) -> String? {
        #expect(throws: ArgumentError.self) { try schema.check(arguments, plugin: "p") }?.description
    }
}
