import Foundation
import NIOCore
import NIOPosix
import NIOSSL

extension SMTPConnectionLoss {
    /// What an error of a channel means.
    init(_ error: any Error, isHandshaking: Bool = false) {
        switch error {
        case let error as NIOConnectionError: self.init(connecting: error)
        case let error as IOError where error.errnoCode == ECONNREFUSED: self = .refused
        case ChannelError.connectTimeout(let amount): self = .timedOut(Duration(amount))
        case ChannelError.alreadyClosed, ChannelError.ioOnClosedChannel, ChannelError.eof: self = .closedByServer
        case NIOSSLError.uncleanShutdown, NIOSSLError.handshakeFailed(.sslError([.eofDuringHandshake])):
            self = .closedByServer
        case let error as IOError: self = .network(error.localizedReason)
        default: self = isHandshaking ? .tls(Self.handshakeText(error)) : .network("\(error)")
        }
    }

    /// Of several addresses that were tried, a refusal says most.
    private init(connecting error: NIOConnectionError) {
        let attempts = error.connectionErrors.map { SMTPConnectionLoss($0.error) }
        if attempts.contains(.refused) {
            self = .refused
        } else if let first = attempts.first {
            self = first
        } else if let lookup = error.dnsAError ?? error.dnsAAAAError {
            self = .unresolvedHost("\(lookup)")
        } else {
            self = .unresolvedHost("no address")
        }
    }

    private static func handshakeText(_ error: any Error) -> String {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "the server's certificate is signed by nobody this client trusts"
        }
        if error is NIOSSLExtraError || text.contains("unableToValidateCertificate") {
            return "the server's certificate is for another name"
        }
        return "the TLS handshake failed: \(text)"
    }
}

extension IOError {
    /// The system's words for the error number.
    fileprivate var localizedReason: String { String(cString: strerror(errnoCode)) }
}

extension Duration {
    init(_ amount: TimeAmount) { self = .nanoseconds(amount.nanoseconds) }
}
