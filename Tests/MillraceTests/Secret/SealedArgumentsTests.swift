import Foundation
import Postgres
import Testing

@testable import Millrace

private let clear = JSONText(#"{"account":"ada","password":"tulip-4711","codes":[1,2]}"#)
private let secrets: Set<String> = ["password", "codes", "hint"]

@Suite struct SealedArgumentsTests {
    private let keyring: Keyring

    init() throws {
        keyring = try .random("new", "old")
    }

    @Test("what is sealed shows nothing of itself, and opens to what it was")
    func roundTrip() throws {
        let sealed = try keyring.seal(arguments: clear, secrets: secrets, plugin: "sign-in")
        let value = try JSONValue(parsing: sealed)
        #expect(value.members?.map(\.key) == ["account", "password", "codes"])
        #expect(value["account"] == "ada")
        #expect(!sealed.text.contains("tulip"))
        let inner = try #require(value["password"]?["millrace.sealed"])
        #expect(inner.members?.map(\.key) == ["key", "nonce", "text"])
        #expect(inner["key"] == "new")
        #expect(try keyring.open(arguments: sealed, plugin: "sign-in") == clear)
    }

    @Test(
        "any JSON value can be sealed",
        arguments: [
            "null", "true", "0", "-12345678901234567890.125", #""""#, #""ü\n\"\\😀""#, "[]", "{}",
            #"{"a":[{"b":null}]}"#,
        ])
    func types(value: String) throws {
        let clear = JSONText(#"{"hint":\#(value)}"#)
        let sealed = try keyring.seal(arguments: clear, secrets: secrets, plugin: "p")
        #expect(try Keyring.keyIDs(in: sealed) == ["new"])
        #expect(try keyring.open(arguments: sealed, plugin: "p") == clear)
    }

    @Test("random texts come back as they were")
    func randomTexts() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var state = seed
        func next(below limit: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % limit
        }
        for _ in 0..<200 {
            let scalars = (0..<next(below: 60)).compactMap { _ in Unicode.Scalar(UInt32(next(below: 0x10FFFF) + 1)) }
            let text = String(String.UnicodeScalarView(scalars))
            let clear = JSONValue.object([JSONMember("hint", .string(text))]).text
            let sealed = try keyring.seal(arguments: clear, secrets: secrets, plugin: "p")
            #expect(try keyring.open(arguments: sealed, plugin: "p") == clear, "seed \(seed)")
        }
    }

    @Test("sealing again changes nothing, and sealing the same anew gives another text")
    func idempotence() throws {
        let sealed = try keyring.seal(arguments: clear, secrets: secrets, plugin: "sign-in")
        #expect(try keyring.seal(arguments: sealed, secrets: secrets, plugin: "sign-in") == sealed)
        #expect(try keyring.seal(arguments: clear, secrets: secrets, plugin: "sign-in") != sealed)
        let nothing = JSONText(#"{ "account": 1.0 }"#)
        #expect(try keyring.seal(arguments: nothing, secrets: secrets, plugin: "sign-in") == nothing)
        #expect(try keyring.open(arguments: nothing, plugin: "sign-in") == nothing)
    }

    @Test("a value that was moved to another plugin or argument does not open")
    func moved() throws {
        let sealed = try JSONValue(
            parsing: keyring.seal(arguments: clear, secrets: secrets, plugin: "sign-in"))
        #expect(problem(sealed, plugin: "sign-out") == .tampered)
        var swapped = sealed
        swapped["password"] = sealed["codes"]
        swapped["codes"] = sealed["password"]
        #expect(problem(swapped) == .tampered)
        var renamed = sealed
        renamed["passwort"] = sealed["password"]
        renamed["password"] = nil
        let error = #expect(throws: SealingError.self) {
            try keyring.open(arguments: renamed.text, plugin: "sign-in")
        }
        #expect(error?.argument == "passwort")
        #expect(error?.mayPassElsewhere == false)
    }

    @Test("no character of a sealed value can be another")
    func tampering() throws {
        let sealed = try JSONValue(
            parsing: keyring.seal(arguments: clear, secrets: ["password"], plugin: "sign-in"))
        for field in ["key", "nonce", "text"] {
            let content = try #require(sealed["password"]?["millrace.sealed"]?[field]?.string)
            for index in content.indices {
                for replacement in ["A", "B", "_", ""] where replacement != String(content[index]) {
                    var changed = sealed
                    let text = content.replacingCharacters(in: index...index, with: replacement)
                    changed["password"]?["millrace.sealed"]?[field] = .string(text)
                    let found = problem(changed)
                    #expect(found != nil, "\(field) \(index) \(replacement)")
                    if field == "key", case .unknownKey? = found { continue }
                    #expect(found == .tampered || found == .malformed, "\(field) \(replacement)")
                }
            }
        }
    }

    @Test("a sealed value has exactly its three fields and no neighbours")
    func form() throws {
        let sealed = try JSONValue(
            parsing: keyring.seal(arguments: clear, secrets: ["password"], plugin: "sign-in"))
        for field in ["key", "nonce", "text"] {
            for value in [nil, .null, 1, [:]] as [JSONValue?] {
                var changed = sealed
                changed["password"]?["millrace.sealed"]?[field] = value
                #expect(problem(changed) == .malformed, "\(field)")
            }
        }
        var changed = sealed
        changed["password"]?["millrace.sealed"]?["more"] = 1
        #expect(problem(changed) == .malformed)
        changed = sealed
        changed["password"]?["more"] = 1
        #expect(problem(changed) == .malformed)
        changed["password"] = ["millrace.sealed": 1]
        #expect(problem(changed) == .malformed)
        #expect(throws: SealingError.self) {
            try keyring.seal(arguments: changed.text, secrets: ["password"], plugin: "sign-in")
        }
    }

    @Test("another key of the same id opens nothing, and an unknown id is named with the way out")
    func wrongKeys() throws {
        let sealed = try keyring.seal(arguments: clear, secrets: ["password"], plugin: "sign-in")
        let impostor = try Keyring.random("new")
        var error = #expect(throws: SealingError.self) {
            try impostor.open(arguments: sealed, plugin: "sign-in")
        }
        #expect(error?.problem == .tampered)
        var renamed = try JSONValue(parsing: sealed)
        renamed["password"]?["millrace.sealed"]?["key"] = "old"
        #expect(problem(renamed) == .tampered)
        let stranger = try Keyring.random("a", "b")
        error = #expect(throws: SealingError.self) { try stranger.open(arguments: sealed, plugin: "sign-in") }
        #expect(
            error?.description == """
                sign-in: password: is sealed with the key "new", which is not among those here (a, b)  →  add it to \
                MILLRACE_KEYS or MILLRACE_KEY_FILE, behind the current one
                """)
        #expect(error?.mayPassElsewhere == true)
    }

    @Test("keys change: old values open, resealing moves them, and the old key may go")
    func rotation() throws {
        let key = try Keyring.makeKey(id: "old")
        let before = try Keyring(key)
        let during = try Keyring("\(Keyring.makeKey(id: "new")),\(key)")
        let sealed = try before.seal(arguments: clear, secrets: secrets, plugin: "sign-in")
        #expect(try Keyring.keyIDs(in: sealed) == ["old"])
        #expect(try during.open(arguments: sealed, plugin: "sign-in") == clear)

        var half = try JSONValue(parsing: sealed)
        half["codes"] = try JSONValue(
            parsing: during.seal(arguments: clear, secrets: secrets, plugin: "sign-in"))["codes"]
        #expect(try Keyring.keyIDs(in: half.text) == ["old", "new"])
        let moved = try during.reseal(arguments: half.text, plugin: "sign-in")
        #expect(try Keyring.keyIDs(in: moved) == ["new"])
        #expect(try JSONValue(parsing: moved)["codes"] == half["codes"])
        #expect(try during.open(arguments: moved, plugin: "sign-in") == clear)
        #expect(try during.reseal(arguments: moved, plugin: "sign-in") == moved)
        #expect(throws: SealingError.self) { try before.open(arguments: moved, plugin: "sign-in") }
        #expect(throws: SealingError.self) { try during.reseal(arguments: sealed, plugin: "sign-out") }
    }

    @Test(
        "what is no object is refused without being quoted",
        arguments: [#""tulip-4711""#, "[1]", #"{"tulip-4711""#, ""])
    func noObject(text: String) throws {
        let seal = #expect(throws: SealingError.self) {
            try keyring.seal(arguments: JSONText(text), secrets: secrets, plugin: "p")
        }
        #expect(seal?.problem == .noObject)
        #expect(seal?.description.contains("tulip") == false)
        #expect(throws: SealingError.self) { try keyring.open(arguments: JSONText(text), plugin: "p") }
        #expect(throws: SealingError.self) { try Keyring.keyIDs(in: JSONText(text)) }
    }

    @Test("listings show neither the value nor what it is sealed to, at any depth")
    func redaction() throws {
        let sealed = try keyring.seal(arguments: clear, secrets: secrets, plugin: "sign-in")
        #expect(sealed.redacted.text == #"{"account":"ada","password":"(secret)","codes":"(secret)"}"#)
        let nested = JSONText(#"{"steps":[{"args":\#(sealed.text)}]}"#)
        #expect(
            nested.redacted.text
                == #"{"steps":[{"args":{"account":"ada","password":"(secret)","codes":"(secret)"}}]}"#)
        let escaped = JSONText(sealed.text.replacing("millrace.sealed", with: #"millr\u0061ce.sealed"#))
        #expect(escaped.redacted == sealed.redacted)
        #expect(JSONText(#"{"millrace.sealed": {}} and more"#).redacted.text == #""(secret)""#)
        let plain = JSONText(#"{ "account" : "a\\b", "n": 1.0 }"#)
        #expect(plain.redacted == plain)
    }

    private func problem(_ arguments: JSONValue, plugin: String = "sign-in") -> SealingError.Problem? {
        #expect(throws: SealingError.self) { try keyring.open(arguments: arguments.text, plugin: plugin) }?.problem
    }
}
