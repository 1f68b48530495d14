/// Doubles the dot at the start of a line, so that no line of a message ends it.
///
/// - Source: RFC 5321 §4.5.2.
enum DotStuffing {
    /// - Parameter message: lines that end in CRLF, the last one too.
    static func apply(to message: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(message.count + 64)
        var startsLine = true
        for byte in message {
            if startsLine && byte == .dot { result.append(.dot) }
            result.append(byte)
            startsLine = byte == .lineFeed
        }
        return result
    }
}
