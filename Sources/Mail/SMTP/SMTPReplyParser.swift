/// Cuts the bytes of a server into replies, however they are spread over reads.
///
/// - Source: RFC 5321 §4.2.1. Lines may be longer than its 512 octets, as many servers send them, but not endless.
struct SMTPReplyParser {
    /// What cannot be a reply.
    enum Problem: Error, Hashable {
        case notAReply(String)
        case lineTooLong
        case tooManyLines
        case mixedCodes
    }

    private static let lineLimit = 4096
    private static let lineCountLimit = 256

    private var buffer: [UInt8] = []
    private var code: Int?
    private var lines: [String] = []

    /// Whether bytes wait that are not yet a whole reply.
    var hasLeftover: Bool { !buffer.isEmpty || code != nil }

    mutating func append(_ bytes: some Sequence<UInt8>) { buffer.append(contentsOf: bytes) }

    /// The next whole reply, or `nil` until more bytes come.
    mutating func next() throws(Problem) -> SMTPReply? {
        while let end = buffer.firstIndex(of: .lineFeed) {
            var line = buffer[..<end]
            if line.last == .carriageReturn { line = line.dropLast() }
            let (lineCode, isLast, text) = try Self.parse(line)
            buffer.removeSubrange(...end)
            guard code == nil || code == lineCode else { throw .mixedCodes }
            guard lines.count < Self.lineCountLimit else { throw .tooManyLines }
            lines.append(text)
            code = lineCode
            if isLast {
                let reply = SMTPReply(code: lineCode, lines: lines)
                code = nil
                lines = []
                return reply
            }
        }
        guard buffer.count <= Self.lineLimit else { throw .lineTooLong }
        return nil
    }

    private static func parse(_ line: ArraySlice<UInt8>) throws(Problem) -> (code: Int, isLast: Bool, text: String) {
        guard line.count <= lineLimit else { throw .lineTooLong }
        let code = line.prefix(3).reduce(0) { $0 * 10 + Int($1) - 0x30 }
        let separator = line.dropFirst(3).first
        let isReply =
            line.count >= 3 && line.prefix(3).allSatisfy { (0x30...0x39).contains($0) } && (200...599).contains(code)
            && (separator == nil || separator == 0x20 || separator == UInt8(ascii: "-"))
        guard isReply else { throw .notAReply(String(decoding: line.prefix(80), as: UTF8.self)) }
        return (code, separator != UInt8(ascii: "-"), String(decoding: line.dropFirst(4), as: UTF8.self))
    }
}

extension SMTPReplyParser.Problem {
    /// What the server did, for a failure's text.
    var explanation: String {
        switch self {
        case .notAReply(let line): "it sent \(line.debugDescription), which is no SMTP reply"
        case .lineTooLong: "it sent a line without end"
        case .tooManyLines: "it sent a reply without end"
        case .mixedCodes: "it mixed codes in one reply"
        }
    }
}
