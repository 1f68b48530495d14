/// A JSON number as exact decimal text in one form: no exponent, no leading or trailing zeros, no negative zero.
///
/// Equal numbers have equal text, so `1`, `1.0` and `10e-1` are the same.
public struct JSONNumber: Hashable, Sendable {
    /// The decimal form.
    public let text: String

    /// A whole number.
    public init(_ value: some FixedWidthInteger) {
        text = String(value)
    }

    /// A finite number in its shortest form; nil for infinities and NaN.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        self.init(reading: value.description)
    }

    /// Reads JSON's own form and nothing else; nil also for exponents beyond ±400, which no number type holds.
    init?(reading text: some StringProtocol) {
        // Most numbers are short whole ones, whose text is their form.
        let utf8 = text.utf8
        if utf8.count <= 15, utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), utf8.first != 0x30 || utf8.count == 1,
            !utf8.isEmpty
        {
            self.text = String(text)
            return
        }
        var rest = Substring(text)
        func takeDigits() -> Substring {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest.removeFirst(digits.count)
            return digits
        }
        func take(_ characters: String) -> Character? {
            guard let first = rest.first, characters.contains(first) else { return nil }
            return rest.removeFirst()
        }
        let sign = take("-").map(String.init) ?? ""
        let whole = takeDigits()
        guard !whole.isEmpty, whole == "0" || whole.first != "0" else { return nil }
        var fraction: Substring = ""
        if take(".") != nil {
            fraction = takeDigits()
            guard !fraction.isEmpty else { return nil }
        }
        var exponent = 0
        if take("eE") != nil {
            let isNegative = take("+-") == "-"
            guard let magnitude = Int(takeDigits()) else { return nil }
            exponent = isNegative ? -magnitude : magnitude
        }
        guard rest.isEmpty, (-400...400).contains(exponent) else { return nil }

        var digits = String(whole + fraction)
        var point = whole.count + exponent
        let leadingZeros = digits.prefix { $0 == "0" }.count
        digits.removeFirst(leadingZeros)
        point -= leadingZeros
        while digits.last == "0" { digits.removeLast() }

        guard !digits.isEmpty else {
            self.text = "0"
            return
        }
        let magnitude: String
        if point >= digits.count {
            magnitude = digits + String(repeating: "0", count: point - digits.count)
        } else if point > 0 {
            magnitude = digits.prefix(point) + "." + digits.dropFirst(point)
        } else {
            magnitude = "0." + String(repeating: "0", count: -point) + digits
        }
        self.text = sign + magnitude
    }

    /// Whether it has no fraction.
    public var isWhole: Bool { !text.utf8.contains(UInt8(ascii: ".")) }

    /// The nearest `Double`; nil when it is beyond all of them.
    public var double: Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// The number when it is whole and fits.
    public func whole<Integer: FixedWidthInteger>(as type: Integer.Type = Integer.self) -> Integer? {
        Integer(text)
    }
}
