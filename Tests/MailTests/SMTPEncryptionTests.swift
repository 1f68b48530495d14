import Foundation
import Testing

@testable import Mail

@Suite struct SMTPEncryptionTests {
    private func encrypts(_ configuration: SMTPConfiguration) async throws -> Bool {
        try await SMTPClient(configuration).withConnection { session in await session.isEncrypted }
    }

    @Test("STARTTLS refuses a certificate nobody vouches for, and takes it with its trust root")
    func startTLS() async throws {
        try await withTemporaryFolder { folder in
            let own = try await SelfSignedCertificate(in: folder, names: "IP:127.0.0.1,DNS:localhost")
            try await withSMTPServer(["--tls", own.certificate, own.key]) { server in
                let failure = await #expect(throws: SMTPFailure.self) {
                    try await SMTPClient(server.configuration("?tls=starttls")).withConnection { _ in }
                }
                #expect(failure?.stage == .tls && failure?.kind == .permanent)
                #expect(failure?.problem == "the server's certificate is signed by nobody this client trusts")
                #expect(failure?.wayOut.contains("ca=FILE") == true)

                for host in ["127.0.0.1", "localhost"] {
                    let trusting = try server.configuration("?tls=starttls&ca=\(own.certificate)", host: host)
                    _ = try await SMTPClient(trusting).withConnection { session in
                        #expect(await session.isEncrypted)
                        return try await session.send(try sampleMessage())
                    }
                }
                #expect(try server.messages.count == 2)
            }
        }
    }

    @Test("a trusted certificate for another name is refused, unless that name is the one asked for")
    func otherName() async throws {
        try await withTemporaryFolder { folder in
            let other = try await SelfSignedCertificate(in: folder, names: "DNS:mail.invalid")
            try await withSMTPServer(["--tls", other.certificate, other.key]) { server in
                let query = "?tls=starttls&ca=\(other.certificate)"
                for host in ["127.0.0.1", "localhost"] {
                    let failure = await #expect(throws: SMTPFailure.self) {
                        try await SMTPClient(server.configuration(query, host: host)).withConnection { _ in }
                    }
                    #expect(failure?.stage == .tls && failure?.kind == .permanent)
                    #expect(failure?.problem == "the server's certificate is for another name")
                }
                let named = try server.configuration(query + "&tls-name=mail.invalid")
                let isEncrypted = try await encrypts(named)
                #expect(isEncrypted)
            }
        }
    }

    @Test("TLS from the first byte works with a trust root")
    func implicit() async throws {
        try await withTemporaryFolder { folder in
            let own = try await SelfSignedCertificate(in: folder, names: "IP:127.0.0.1")
            try await withSMTPServer(["--tls", own.certificate, own.key, "--implicit-tls"]) { server in
                let configuration = try server.configuration("?ca=\(own.certificate)", scheme: "smtps")
                _ = try await SMTPClient(configuration).withConnection { try await $0.send(try sampleMessage()) }
                let failure = await #expect(throws: SMTPFailure.self) {
                    try await SMTPClient(server.configuration(scheme: "smtps")).withConnection { _ in }
                }
                #expect(failure?.stage == .tls && failure?.kind == .permanent)
                #expect(try server.messages.count == 1)
            }
        }
    }

    @Test("loopback takes encryption where it is offered and goes without where it is not")
    func opportunistic() async throws {
        try await withTemporaryFolder { folder in
            let own = try await SelfSignedCertificate(in: folder, names: "DNS:mail.invalid")
            try await withSMTPServer(["--tls", own.certificate, own.key]) { server in
                let isEncrypted = try await encrypts(server.configuration())
                #expect(isEncrypted)
            }
        }
        try await withSMTPServer { server in
            let isEncrypted = try await encrypts(server.configuration())
            #expect(!isEncrypted)
            let failure = await #expect(throws: SMTPFailure.self) {
                try await SMTPClient(server.configuration("?tls=starttls")).withConnection { _ in }
            }
            #expect(
                failure?.stage == .tls && failure?.problem.contains("offers no encryption") == true,
                "\(String(describing: failure))")
        }
    }

    @Test("a trust root that cannot be read is named")
    func unreadableTrust() async throws {
        let configuration = try SMTPConfiguration(
            url: "smtp://127.0.0.1:1?tls=starttls&ca=/does/not/exist.pem", environment: [:])
        let failure = await #expect(throws: SMTPFailure.self) {
            try await SMTPClient(configuration).withConnection { _ in }
        }
        #expect(failure?.stage == .tls && failure?.problem.contains("/does/not/exist.pem") == true)
    }

    @Test("a right login is accepted, a wrong or missing one refused", arguments: [false, true])
    func authentication(_ isEncrypted: Bool) async throws {
        try await withTemporaryFolder { folder in
            let own = try await SelfSignedCertificate(in: folder, names: "IP:127.0.0.1")
            let arguments = ["--auth", "ann"] + (isEncrypted ? ["--tls", own.certificate, own.key] : [])
            try await withSMTPServer(arguments, environment: ["SMTP_SERVER_PASSWORD": "s3cret/é"]) { server in
                let message = try sampleMessage()
                let right = try server.configuration(login: "ann:s3cret%2F%C3%A9@")
                _ = try await SMTPClient(right).withConnection { try await $0.send(message) }

                let wrong = try server.configuration(login: "ann:wr0ng@")
                let refused = await #expect(throws: SMTPFailure.self) {
                    try await SMTPClient(wrong).withConnection { try await $0.send(message) }
                }
                #expect(refused?.stage == .auth && refused?.kind == .permanent && refused?.reply?.code == 535)
                #expect(refused.map { "\($0)".contains("wr0ng") } == false)

                let missing = await #expect(throws: SMTPFailure.self) {
                    try await SMTPClient(server.configuration()).withConnection { try await $0.send(message) }
                }
                #expect(missing?.stage == .mailFrom && missing?.reply?.code == 530)
                #expect(missing?.wayOut == "the server wants a login: give user and password in the SMTP URL")
                #expect(try server.messages.count == 1)
            }
        }
    }
}
