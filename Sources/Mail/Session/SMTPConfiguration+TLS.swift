import NIOCore
import NIOPosix
import NIOSSL

extension SMTPConfiguration {
    /// The TLS settings, or `nil` where no encryption can come up. Reads certificate files off the event loops.
    func makeTLSContext() async throws -> NIOSSLContext? {
        guard encryption != .none else { return nil }
        var settings = TLSConfiguration.makeClientConfiguration()
        settings.minimumTLSVersion = .tlsv12
        settings.certificateVerification = encryption == .opportunistic ? .none : .fullVerification
        if case .file(let path) = trust { settings.trustRoots = .file(path) }
        let finished = settings
        do {
            return try await NIOThreadPool.singleton.runIfActive {
                if case .file(let path) = trust { _ = try NIOSSLCertificate.fromPEMFile(path) }
                return try NIOSSLContext(configuration: finished)
            }
        } catch {
            let source = if case .file(let path) = trust { path } else { "those of the system" }
            throw SMTPFailure(stage: .tls, loss: .trustUnreadable("\(source) (\(error))"), server: server)
        }
    }
}

extension NIOSSLClientHandler {
    /// A handler that checks the certificate against the server's name, or its address where it has no name.
    convenience init(configuration: SMTPConfiguration, context: NIOSSLContext) throws {
        let name = configuration.tlsServerName ?? configuration.host
        // What does not parse as an address is a host name; no failure is hidden here.
        let isAddress = (try? SocketAddress(ipAddress: name, port: 0)) != nil
        try self.init(context: context, serverHostname: isAddress ? nil : name)
    }
}
