import Postgres
import Testing

@testable import Millrace

@Suite struct SealRequestTests {
    private let keyring: Keyring
    private let clear = JSONText(#"{"account":"ada","password":"tulip-4711"}"#)

    init() throws {
        keyring = try .random("a")
    }

    @Test("a typed request seals what the plugin says is secret")
    func typed() throws {
        let request = try JobRequest(
            SignIn.self, .init(account: "ada", password: "tulip-4711", codes: [1]), keyring: keyring, key: "first")
        let value = try JSONValue(parsing: request.arguments)
        #expect(value["account"] == "ada")
        #expect(value["password"]?["millrace.sealed"] != nil)
        #expect(value["codes"]?["millrace.sealed"] != nil)
        #expect(request.key == "first")
        #expect(!(try JobRequest.payload(of: [request]).text.contains("tulip")))
        let opened = try keyring.open(arguments: request.arguments, plugin: "sign-in")
        #expect(try opened.decode(SignIn.Arguments.self).password == "tulip-4711")
    }

    @Test("a typed request for a plugin with secrets and without a keyring is refused; others need none")
    func noKeyring() throws {
        let error = #expect(throws: SealingError.self) {
            try JobRequest(SignIn.self, .init(account: "ada", password: "tulip-4711"))
        }
        #expect(
            error?.description == """
                sign-in: codes: is secret, and there is no keyring to seal it with  →  set MILLRACE_KEYS or \
                MILLRACE_KEY_FILE, and give the request Keyring.fromEnvironment()
                """)
        let plain = try JobRequest(Add.self, .init(left: 1, right: 2), keyring: keyring)
        #expect(plain.arguments == (try JobRequest(Add.self, .init(left: 1, right: 2)).arguments))
    }

    @Test("a request by name is checked, sealed and given the version of the description")
    func byName() throws {
        let description = PluginDescription(SignIn.self)
        let request = JobRequest(plugin: "sign-in", arguments: clear)
        let sealed = try request.sealed(with: keyring, for: description)
        #expect(sealed.argumentsVersion == 1)
        #expect(try keyring.open(arguments: sealed.arguments, plugin: "sign-in") == clear)
        #expect(try sealed.sealed(with: nil, for: description).arguments == sealed.arguments)
        #expect(throws: SealingError.self) { try request.sealed(with: nil, for: description) }
    }

    @Test("a request by name is refused when the description is not of its plugin and version")
    func otherDescription() throws {
        let description = PluginDescription(SignIn.self)
        let other = #expect(throws: SealingError.self) {
            try JobRequest(plugin: "add", arguments: clear).sealed(with: keyring, for: description)
        }
        #expect(other?.problem == .otherPlugin(described: "sign-in"))
        var request = JobRequest(plugin: "sign-in", arguments: clear)
        request.argumentsVersion = 2
        let version = #expect(throws: SealingError.self) { try request.sealed(with: keyring, for: description) }
        #expect(version?.problem == .otherVersion(given: 2, described: 1))
    }

    @Test("a secret under a misspelt name is refused and not stored in the clear")
    func misspelt() throws {
        let request = JobRequest(
            plugin: "sign-in", arguments: JSONText(#"{"account":"ada","pasword":"tulip-4711"}"#))
        let error = #expect(throws: ArgumentError.self) {
            try request.sealed(with: keyring, for: PluginDescription(SignIn.self))
        }
        #expect(error?.description.contains(#"did you mean "password"?"#) == true)
        #expect(error?.description.contains("tulip") == false)
    }
}
