/// A server's reply: its code, its enhanced code where it has one, and its text.
///
/// - Source: RFC 5321 §4.2, RFC 2034 and RFC 3463 for the enhanced code.
public struct SMTPReply: Sendable, Hashable, CustomStringConvertible {
    /// The three digits, 200…599.
    public let code: Int
    /// The enhanced status code, such as `5.1.1`, taken out of the text.
    public let enhancedCode: EnhancedStatusCode?
    /// The text, a line each, without codes.
    public let lines: [String]

    /// A reply of the given lines, from whose starts an enhanced code of the same class is taken.
    init(code: Int, lines: [String]) {
        self.code = code
        let split = lines.map { EnhancedStatusCode.split($0, replyCode: code) }
        self.enhancedCode = split.lazy.compactMap(\.code).first
        self.lines = split.map(\.text)
    }

    /// The text in one line.
    public var text: String { lines.joined(separator: " ") }

    /// Codes and text in one line, as the server sent them: `550 5.1.1 no such user`.
    public var description: String {
        ["\(code)", enhancedCode?.description, text].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " ")
    }

    var isPositive: Bool { code / 100 == 2 }
    var isTransient: Bool { code / 100 == 4 }
    var isPermanent: Bool { code / 100 == 5 }
    /// The server announces that it closes the connection.
    var closesChannel: Bool { code == 421 }
}

/// An enhanced mail system status code, `class.subject.detail`.
///
/// - Source: RFC 3463 §2.
public struct EnhancedStatusCode: Sendable, Hashable, CustomStringConvertible {
    /// 2 success, 4 transient, 5 permanent.
    public let classification: Int
    /// What it is about: 1 address, 2 mailbox, 3 system, 4 network, 5 protocol, 6 content, 7 policy.
    public let subject: Int
    /// The exact condition within the subject.
    public let detail: Int

    /// The code as it is written, such as `5.1.1`.
    public var description: String { "\(classification).\(subject).\(detail)" }

    static func split(_ line: String, replyCode: Int) -> (code: EnhancedStatusCode?, text: String) {
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let digits = numbers.compactMap { number in
            (1...3).contains(number.utf8.count) && number.utf8.allSatisfy { (0x30...0x39).contains($0) }
                ? Int(number) : nil
        }
        guard numbers.count == 3, digits.count == 3, digits[0] == replyCode / 100 else { return (nil, line) }
        let code = EnhancedStatusCode(classification: digits[0], subject: digits[1], detail: digits[2])
        return (code, parts.count > 1 ? String(parts[1]) : "")
    }
}
