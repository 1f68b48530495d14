/// A pattern for dates and times in the manner of `strptime` (POSIX.1-2024).
///
/// | sign | reads |
/// |---|---|
/// | `%Y`, `%y` | year of four digits; of two, where 69 to 99 are 19.. and 00 to 68 are 20.. |
/// | `%m`, `%d` | month and day, one or two digits |
/// | `%b` | month by its first three English letters |
/// | `%H`, `%I`, `%M`, `%S` | hour of 24, hour of 12, minute, second; one or two digits |
/// | `%f` | fraction of the second, 1 to 18 digits |
/// | `%p` | `AM` or `PM` |
/// | `%z` | `Z`, `+0100` or `+01:00` |
/// | `%%` | `%` |
///
/// Every other character stands for itself, and letters for both cases.
struct TimePattern: Sendable, Equatable {
    private enum Step: Sendable, Equatable {
        case literal(UInt8)
        case sign(UInt8)
    }

    /// Why a text is no pattern.
    enum Problem: Error, Equatable {
        case unknownSign(String)
        /// There is no year, month or day in it.
        case noDate
        /// `%I` without `%p` or the other way round.
        case halfTwelveHours
    }

    /// As it was written.
    let text: String
    private let steps: [Step]
    /// Whether what it reads says its own zone.
    let hasZone: Bool

    init(_ text: String) throws(Problem) {
        var steps: [Step] = []
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "%" else {
                steps += character.utf8.map { .literal($0.asciiLowercased) }
                continue
            }
            guard let sign = rest.popFirst() else { throw .unknownSign("%") }
            guard "YymdbHIMSfpz%".contains(sign), let byte = sign.asciiValue else { throw .unknownSign("%\(sign)") }
            steps.append(sign == "%" ? .literal(byte) : .sign(byte))
        }
        func has(_ signs: String) -> Bool { steps.contains { step in signs.utf8.contains { step == .sign($0) } } }
        guard has("Yy"), has("mb"), has("d") else { throw .noDate }
        guard has("I") == has("p") else { throw .halfTwelveHours }
        self.text = text
        self.steps = steps
        hasZone = has("z")
    }

    /// The moment that a field names, in the zone when it names none itself; `nil` if it does not fit the pattern.
    func timestamp(_ field: RawField, in zone: LocalZone) -> Timestamp? {
        var cursor = ByteCursor(field.bytes)
        var parts = Parts()
        for step in steps {
            switch step {
            case .literal(let byte):
                guard cursor.take(where: { $0.asciiLowercased == byte }) != nil else { return nil }
            case .sign(let sign):
                guard parts.read(sign, from: &cursor) else { return nil }
            }
        }
        guard cursor.isAtEnd, let local = parts.local else { return nil }
        if let offset = parts.offset { return local.advanced(bySeconds: -offset) }
        return zone.moment(atLocal: local)
    }

    /// What has been read of one text.
    private struct Parts {
        var year = 1
        var month = 1
        var day = 1
        var hour = 0
        var minute = 0
        var second = 0
        var microsecond = 0
        var isAfternoon: Bool?
        /// Seconds east of UTC.
        var offset: Int?

        /// The fields as if they were UTC; `nil` if the calendar or the clock has no such moment.
        var local: Timestamp? {
            var hour = hour
            if let isAfternoon {
                guard (1...12).contains(hour) else { return nil }
                hour = hour % 12 + (isAfternoon ? 12 : 0)
            }
            return Timestamp(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second,
                microsecond: microsecond)
        }

        mutating func read(_ sign: UInt8, from cursor: inout ByteCursor) -> Bool {
            func number(_ range: ClosedRange<Int>) -> Int? { cursor.shortNumber(range)?.value }
            func put(_ value: Int?, _ part: inout Int) -> Bool {
                guard let value else { return false }
                part = value
                return true
            }
            switch sign {
            case UInt8(ascii: "Y"): return put(number(4...4), &year)
            case UInt8(ascii: "y"): return put(number(2...2).map { $0 + ($0 < 69 ? 2000 : 1900) }, &year)
            case UInt8(ascii: "m"): return put(number(1...2), &month)
            case UInt8(ascii: "d"): return put(number(1...2), &day)
            case UInt8(ascii: "H"), UInt8(ascii: "I"): return put(number(1...2), &hour)
            case UInt8(ascii: "M"): return put(number(1...2), &minute)
            case UInt8(ascii: "S"): return put(number(1...2), &second)
            case UInt8(ascii: "f"): return put(cursor.fraction(), &microsecond)
            case UInt8(ascii: "b"): return put(cursor.monthName(), &month)
            case UInt8(ascii: "p"):
                guard let first = cursor.take(where: { $0 | 0x20 == 0x61 || $0 | 0x20 == 0x70 }),
                    cursor.take(where: { $0 | 0x20 == 0x6D }) != nil
                else { return false }
                isAfternoon = first | 0x20 == 0x70
                return true
            default:
                offset = cursor.offset()
                return offset != nil
            }
        }
    }
}

extension ByteCursor {
    /// Steps over the next byte if it fits.
    fileprivate mutating func take(where fits: (UInt8) -> Bool) -> UInt8? {
        guard let byte = next, fits(byte) else { return nil }
        advance(1)
        return byte
    }

    /// As many digits as there are, up to the most that the field may have.
    fileprivate mutating func shortNumber(_ range: ClosedRange<Int>) -> (value: Int, count: Int)? {
        var value = 0
        var count = 0
        while count < range.upperBound, let byte = next, byte &- 0x30 < 10 {
            value = value * 10 + Int(byte &- 0x30)
            count += 1
            advance(1)
        }
        return range.contains(count) ? (value, count) : nil
    }

    /// Digits after a point, in microseconds; those after the sixth are dropped.
    mutating func fraction() -> Int? {
        guard var (value, count) = digits(1...18) else { return nil }
        while count < 6 {
            value *= 10
            count += 1
        }
        while count > 6 {
            value /= 10
            count -= 1
        }
        return value
    }

    fileprivate mutating func monthName() -> Int? {
        let names = "janfebmaraprmayjunjulaugsepoctnovdec".utf8
        guard let letters = peek(3) else { return nil }
        let found = (0..<12).first { month in
            names.dropFirst(month * 3).prefix(3).elementsEqual(letters.lazy.map(\.asciiLowercased))
        }
        guard let found else { return nil }
        advance(3)
        return found + 1
    }

    /// `Z`, `±HHmm` or `±HH:mm`, in seconds east of UTC.
    fileprivate mutating func offset() -> Int? {
        if take(where: { $0 | 0x20 == 0x7A }) != nil { return 0 }
        guard let sign = take(where: { $0 == 0x2B || $0 == 0x2D }), let hours = shortNumber(2...2) else { return nil }
        _ = take(":")
        guard let minutes = shortNumber(2...2), hours.value <= 23, minutes.value <= 59 else { return nil }
        let seconds = hours.value * 3600 + minutes.value * 60
        return sign == 0x2D ? -seconds : seconds
    }
}
