import Testing

@testable import Mail

@Suite struct SMTPConfigurationTests {
    private func read(_ url: String, _ environment: [String: String] = [:]) throws -> SMTPConfiguration {
        try SMTPConfiguration(url: url, environment: environment)
    }

    @Test("a URL with everything is read")
    func full() throws {
        let configuration = try read(
            "smtp://ann%40x:p%3A%2Fw@mail.example:2525?tls=implicit&ca=/etc/ca.pem&tls-name=mx.example&ehlo=me.example"
                + "&connect-timeout=1.5&command-timeout=20&final-timeout=300")
        #expect(configuration.credentials == SMTPCredentials(user: "ann@x", password: "p:/w"))
        #expect(configuration.server == "mail.example:2525")
        #expect(configuration.encryption == .implicit && configuration.trust == .file("/etc/ca.pem"))
        #expect(configuration.tlsServerName == "mx.example" && configuration.ehloName == "me.example")
        #expect(configuration.connectTimeout == .seconds(1.5) && configuration.commandTimeout == .seconds(20))
        #expect(configuration.finalReplyTimeout == .seconds(300))
    }

    @Test("encryption is required by default, and opportunistic on loopback only")
    func encryptionDefaults() throws {
        #expect(try read("smtp://mail.example").encryption == .startTLS)
        #expect(try read("smtp://10.0.0.1").encryption == .startTLS)
        #expect(try read("smtp://127.example.com").encryption == .startTLS)
        #expect(try read("smtp://localhost").encryption == .opportunistic)
        #expect(try read("smtp://127.0.0.1").encryption == .opportunistic)
        #expect(try read("smtp://[::1]:25").encryption == .opportunistic)
        #expect(try read("smtp://mail.example?tls=none").encryption == .none)
        #expect(try read("smtps://localhost").encryption == .implicit)
    }

    @Test("the port follows the scheme and the login")
    func ports() throws {
        #expect(try read("smtp://a").port == 25)
        #expect(try read("smtp://u:p@a").port == 587)
        #expect(try read("smtps://u:p@a").port == 465)
        #expect(try read("smtp://a?tls=implicit").port == 465)
        #expect(try read("smtp://[::1]:2525").server == "[::1]:2525")
    }

    @Test("a password missing in the URL comes from the environment")
    func environment() throws {
        #expect(try read("smtp://u@a", ["SMTP_PASSWORD": "secret"]).credentials?.password == "secret")
        #expect(try read("smtp://u:own@a", ["SMTP_PASSWORD": "secret"]).credentials?.password == "own")
        #expect(throws: SMTPConfigurationError.missingPassword(user: "u")) { try read("smtp://u@a") }
        #expect(try read("smtp://a", ["SMTP_PASSWORD": "secret"]).credentials == nil)
    }

    @Test("no text made of a configuration shows the password")
    func secrecy() throws {
        let configuration = try read("smtp://ann:s3cret@mail.example")
        var dumped = ""
        dump(configuration, to: &dumped)
        let command = SMTPCommand.authPlain(try #require(configuration.credentials))
        for text in ["\(configuration)", String(reflecting: configuration), dumped, "\(command)"] {
            #expect(!text.contains("s3cret") && !text.contains("AGFubgBzM2NyZXQ="))
        }
        #expect("\(configuration)" == "smtp://ann:***@mail.example:587?tls=starttls")
        #expect(command.line == "AUTH PLAIN AGFubgBzM2NyZXQ=")
    }

    @Test(
        "a URL that does not fit is one clear error without the URL",
        arguments: [
            ("", .scheme("")),
            ("mail.example", .scheme("")),
            ("http://mail.example", .scheme("http")),
            ("smtp://", .missingHost),
            ("smtp://:s3cret@a", .missingUser),
            ("smtp://u:s3/cret@a", .unreadable),
            ("smtp://u:s3cret@a/path", .unreadable),
            ("smtp://a:99999", .value(key: "port", expected: "1…65535")),
            ("smtp://a?tsl=none", .unknownKey("tsl")),
            ("smtp://a?tls=yes", .value(key: "tls", expected: "starttls, implicit, opportunistic, none")),
            ("smtps://a?tls=none", .value(key: "tls", expected: "implicit, or nothing, with smtps://")),
            (
                "smtp://a?ehlo=x%0D%0AMAIL",
                .value(key: "ehlo", expected: "a host name, or an address such as [192.0.2.1]")
            ),
            ("smtp://a?final-timeout=0", .value(key: "final-timeout", expected: "seconds, above 0 and at most 86400")),
            ("smtp://a?ca=", .value(key: "ca", expected: "the path of a PEM file")),
        ] as [(String, SMTPConfigurationError)])
    func errors(_ url: String, _ expected: SMTPConfigurationError) {
        let error = #expect(throws: SMTPConfigurationError.self) { try read(url) }
        #expect(error == expected)
        #expect(error.map { !"\($0)".contains("s3") && "\($0)".contains(" → ") } == true)
    }
}
