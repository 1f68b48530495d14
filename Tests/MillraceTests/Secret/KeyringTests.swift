import Foundation
import Testing

@testable import Millrace

private let first = "Zmlyc3QgZmlyc3QgZmlyc3QgZmlyc3QgZmlyc3QgMTI="
private let second = "c2Vjb25kIHNlY29uZCBzZWNvbmQgc2Vjb25kIDEyMzQ="

@Suite struct KeyringTests {
    @Test("the first of several keys is current, and all are there")
    func list() throws {
        let keyring = try #require(try Keyring.fromEnvironment(["MILLRACE_KEYS": "b:\(second), a:\(first)"]))
        #expect(keyring.currentID == "b")
        #expect(keyring.ids == ["b", "a"])
        #expect(keyring.key("a") != nil)
        #expect(keyring.key("c") == nil)
    }

    @Test("there is no keyring when the environment names none")
    func none() throws {
        #expect(try Keyring.fromEnvironment([:]) == nil)
        #expect(try Keyring.fromEnvironment(["MILLRACE_KEYS": "", "MILLRACE_KEY_FILE": ""]) == nil)
    }

    @Test("a new key can be used, and is another each time")
    func making() throws {
        let text = try Keyring.makeKey(id: "2026-11")
        #expect(try Keyring(text).currentID == "2026-11")
        #expect(try Keyring.makeKey(id: "2026-11") != text)
        for id in ["", "a b", "a:b", "a,b", "-a", "é", "a\n", String(repeating: "a", count: 33)] {
            #expect(throws: KeyringError.self, "\(id)") { try Keyring.makeKey(id: id) }
        }
    }

    @Test(
        "what is no keyring is refused with its place, and without what could be a key",
        arguments: [
            ("a:\(first),a:\(second)", "entry 2: there is a key \"a\" already"),
            ("a:\(first),\(second)", "entry 2: is no key (not shown)"),
            ("a:\(first),", "entry 2: is no key (not shown)"),
            ("\(first):a", "entry 1: the id (not shown) is not well formed"),
            ("\(first.dropLast()):a", "entry 1: the id (not shown) is not well formed"),
            ("a:\(first.dropLast())", "entry 1: the key of \"a\" (not shown) is not 32 bytes in Base64"),
            ("a:\(first.dropLast(4))", "entry 1: the key of \"a\" (not shown) is not 32 bytes in Base64"),
            // The last character before the padding has two bits that stand for nothing.
            ("a:\(first.dropLast(2))J=", "entry 1: the key of \"a\" (not shown) is not 32 bytes in Base64"),
            ("a:", "entry 1: the key of \"a\" (not shown) is not 32 bytes in Base64"),
        ])
    func refusals(text: String, problem: String) throws {
        let error = try #require(
            #expect(throws: KeyringError.self) { try Keyring.fromEnvironment(["MILLRACE_KEYS": text]) })
        #expect(error.description.hasPrefix("MILLRACE_KEYS, \(problem)  "), "\(error)")
        #expect(error.description.contains("  →  "))
        for secret in [first, second] {
            #expect(!error.description.contains(secret.prefix(12)))
            #expect(!String(reflecting: error).contains(secret.prefix(12)))
        }
    }

    @Test("a file has a key a line, and comments")
    func file() throws {
        let path = try temporaryFile("# of November\r\n\na:\(first)\r\n  b:\(second)  # the old one\n", rights: 0o600)
        defer { remove(path) }
        let keyring = try #require(try Keyring.fromEnvironment(["MILLRACE_KEY_FILE": path]))
        #expect(keyring.ids == ["a", "b"])
    }

    @Test(
        "a file that group or others can read or write is refused",
        arguments: [0o640, 0o604, 0o644, 0o620, 0o602, 0o660, 0o666, 0o440, 0o777])
    func rights(rights: Int) throws {
        let path = try temporaryFile("a:\(first)\n", rights: rights)
        defer { remove(path) }
        let error = try #require(#expect(throws: KeyringError.self) { try Keyring(file: path) })
        #expect(error.problem == .openToOthers(rights: String(rights, radix: 8)))
        #expect(error.description.contains("chmod 600 \(path)"))
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: path)
        #expect(try Keyring(file: path).ids == ["a"])
    }

    @Test("a file is refused that is none, cannot be read, is empty, too large, or has a bad line")
    func files() throws {
        func problem(_ path: String) -> KeyringError? {
            #expect(throws: KeyringError.self) { try Keyring(file: path) }
        }
        #expect(problem(FileManager.default.temporaryDirectory.path)?.problem == .notAFile)
        #expect(problem("/nowhere/keys")?.description.hasPrefix("/nowhere/keys: cannot be read: No such file") == true)
        for (text, expected) in [
            ("# nothing\n", KeyringError.Problem.empty),
            (String(repeating: "# much\n", count: 10_000), .tooLarge),
            ("a:\(first)\n\n\(second)\n", .notAnEntry),
        ] {
            let path = try temporaryFile(text, rights: 0o600)
            defer { remove(path) }
            let error = problem(path)
            #expect(error?.problem == expected)
            if expected == .notAnEntry { #expect(error?.source == "\(path):3") }
        }
    }

    @Test("two sources are refused")
    func twoSources() {
        let error = #expect(throws: KeyringError.self) {
            try Keyring.fromEnvironment(["MILLRACE_KEYS": "a:\(first)", "MILLRACE_KEY_FILE": "/etc/keys"])
        }
        #expect(error?.problem == .twoSources)
    }

    @Test("nothing that describes a keyring shows its keys")
    func descriptions() throws {
        let keyring = try Keyring("a:\(first),b:\(second)")
        var dumped = ""
        dump(keyring, to: &dumped)
        dump(PluginRegistry(keyring: keyring), to: &dumped)
        let texts = ["\(keyring)", String(reflecting: keyring), "\([keyring])", "\(PluginRegistry(keyring: keyring))"]
        for text in texts + [dumped] {
            #expect(text.contains("a"))
            for secret in [first, second] {
                let bytes = try #require(Data(base64Encoded: secret))
                #expect(!text.contains(secret.prefix(8)))
                #expect(!text.contains(String(decoding: bytes.prefix(5), as: UTF8.self)))
                #expect(!text.contains(bytes.prefix(4).map(String.init).joined(separator: ", ")))
            }
        }
        #expect("\(keyring)" == "Keyring(a, b)")
    }

    private func temporaryFile(_ text: String, rights: Int) throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("keys-\(UUID().uuidString)").path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: rights], ofItemAtPath: path)
        return path
    }

    private func remove(_ path: String) {
        #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) }
    }
}
