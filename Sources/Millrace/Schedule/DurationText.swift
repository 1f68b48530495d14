/// A length of time as people write it: `90s`, `5m`, `1h30m`, `2d`, `250ms`.
///
/// Units are `w d h m s ms us ns`, largest first, each at most once; a day is 24 hours and a week seven days.
public struct DurationText: Hashable, Sendable, CustomStringConvertible {
    /// The length of time.
    public let duration: Duration

    /// A text for a length of time.
    public init(_ duration: Duration) {
        self.duration = duration
    }

    /// Reads a text; zero is `0s`, and there are no negative lengths.
    ///
    /// - Throws: ``ParseError`` naming the part that is wrong and what to write instead.
    public init(_ text: String) throws(ParseError) {
        func failure(_ problem: String, _ wayOut: String = "write it like 90s, 5m, 1h30m, 2d or 250ms") -> ParseError {
            ParseError(text: text, problem: problem, wayOut: wayOut)
        }
        guard !text.isEmpty else { throw failure("it is empty") }
        guard !text.hasPrefix("-") else { throw failure("it is negative") }
        var rest = text[...]
        var total: UInt64 = 0
        var smallest: UInt64 = .max
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { !($0.isASCII && $0.isNumber) }
            rest = rest.dropFirst(unit.count)
            guard !digits.isEmpty else { throw failure("\"\(unit)\" has no number before it") }
            guard !unit.isEmpty else {
                throw failure("\(digits) has no unit", "write \(digits)s for seconds, or m, h, d")
            }
            guard !unit.contains(".") else {
                throw failure("it has a fraction", "write the smaller unit too, such as 1h30m or 1s500ms")
            }
            guard let nanoseconds = Self.units.first(where: { $0.name == unit })?.nanoseconds else {
                throw failure("\"\(unit)\" is no unit", Self.advice(number: digits, unit: unit))
            }
            guard nanoseconds < smallest else {
                throw failure("\(digits)\(unit) is out of order", "write each unit once, the largest first: 1h30m")
            }
            smallest = nanoseconds
            let (part, overflows) = (UInt64(digits) ?? .max).multipliedReportingOverflow(by: nanoseconds)
            let (sum, sumOverflows) = total.addingReportingOverflow(part)
            guard !overflows, !sumOverflows, sum <= UInt64(Int64.max) else {
                throw failure("it is more than 292 years", "write a shorter one")
            }
            total = sum
        }
        duration = .nanoseconds(Int64(total))
    }

    /// The shortest text with the same meaning, without weeks and to the nanosecond; `0s` for nothing.
    public var description: String {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else {
            return seconds == .min ? "-\(seconds.magnitude)s" : "-" + DurationText(.zero - duration).description
        }
        var rest = (seconds: UInt64(seconds), nanoseconds: UInt64(attoseconds) / 1_000_000_000)
        var text = ""
        for unit in Self.units where unit.name != "w" {
            let count: UInt64
            if unit.nanoseconds >= 1_000_000_000 {
                let size = unit.nanoseconds / 1_000_000_000
                count = rest.seconds / size
                rest.seconds %= size
            } else {
                count = rest.nanoseconds / unit.nanoseconds
                rest.nanoseconds %= unit.nanoseconds
            }
            if count > 0 { text += "\(count)\(unit.name)" }
        }
        return text.isEmpty ? "0s" : text
    }

    /// A text that is no length of time.
    public struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
        /// The text as it was given.
        public let text: String
        /// What is wrong with it.
        public let problem: String
        /// What to write instead.
        public let wayOut: String

        /// What happened, and the way out.
        public var description: String { "\"\(text)\" is no length of time: \(problem) → \(wayOut)" }
    }

    private static let units: [(name: String, nanoseconds: UInt64)] = [
        ("w", 604_800_000_000_000), ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000),
        ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1000), ("ns", 1),
    ]

    private static func advice(number: Substring, unit: Substring) -> String {
        let typed = unit.lowercased().filter { !$0.isWhitespace }
        if units.contains(where: { $0.name == typed }) { return "did you mean \(number)\(typed)?" }
        let spelledOut = [
            ("millisecond", "ms"), ("msec", "ms"), ("microsecond", "us"), ("µs", "us"), ("nanosecond", "ns"),
            ("month", ""), ("min", "m"), ("week", "w"), ("day", "d"), ("hour", "h"), ("hr", "h"), ("sec", "s"),
        ]
        if let match = spelledOut.first(where: { typed.hasPrefix($0.0) }) {
            return match.1.isEmpty
                ? "months differ in length; write days, or a cron expression" : "did you mean \(number)\(match.1)?"
        }
        return "use one of \(units.map(\.name).joined(separator: " "))"
    }
}

extension DurationText: Codable {
    /// Reads the length from a string.
    ///
    /// - Throws: ``ParseError`` when it is none.
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the length as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
