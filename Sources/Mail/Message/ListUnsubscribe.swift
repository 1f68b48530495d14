/// How a reader leaves the list: the `List-Unsubscribe` header, with one click where the sender supports it.
///
/// - Source: RFC 2369 §3.2, RFC 8058 §3.1.
public struct ListUnsubscribe: Sendable, Hashable {
    /// `https:`, `http:` or `mailto:` addresses, the preferred one first.
    public let uris: [String]
    /// Whether a POST to the `https:` address unsubscribes at once (`List-Unsubscribe-Post`).
    public let isOneClick: Bool

    /// Checks the addresses.
    ///
    /// - Parameters:
    ///   - uris: at least one; visible ASCII without `<`, `>` and `,`, at most 900 octets each.
    ///   - isOneClick: needs exactly one `https:` address among them, as RFC 8058 asks.
    /// - Throws: ``EmailMessageError/unsubscribe(_:)``.
    public init(uris: [String], isOneClick: Bool = false) throws(EmailMessageError) {
        guard !uris.isEmpty else { throw .unsubscribe("there is no address") }
        for uri in uris {
            let lowercased = uri.lowercased()
            guard ["https://", "http://", "mailto:"].contains(where: lowercased.hasPrefix) else {
                throw .unsubscribe("\(uri.debugDescription) is no https:, http: or mailto: address")
            }
            let isPlain = uri.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"<>,".utf8.contains($0) }
            guard isPlain, uri.utf8.count <= 900 else {
                throw .unsubscribe(
                    "\(uri.debugDescription) holds characters that must be percent-encoded, or is too long")
            }
        }
        guard !isOneClick || uris.count(where: { $0.lowercased().hasPrefix("https://") }) == 1 else {
            throw .unsubscribe("one-click unsubscribing needs exactly one https: address")
        }
        self.uris = uris
        self.isOneClick = isOneClick
    }
}
