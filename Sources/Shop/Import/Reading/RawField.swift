/// The bytes of one field, and what can be read from them without making a `String`.
///
/// Valid as long as the ``RawRecord`` it came from.
struct RawField {
    let bytes: UnsafeBufferPointer<UInt8>

    var isEmpty: Bool { bytes.isEmpty }

    /// The field as text.
    var string: String { String(decoding: bytes, as: UTF8.self) }

    /// The field without spaces and tabs at both ends.
    var trimmed: RawField {
        var start = 0
        var end = bytes.count
        while start < end, Self.isSpace(bytes[start]) { start += 1 }
        while end > start, Self.isSpace(bytes[end - 1]) { end -= 1 }
        return RawField(bytes: UnsafeBufferPointer(rebasing: bytes[start..<end]))
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// A whole number with an optional sign; `nil` if it is none or does not fit PostgreSQL's `integer`.
    var integer: Int32? {
        var cursor = ByteCursor(bytes)
        let isNegative = cursor.take("-")
        if !isNegative { _ = cursor.take("+") }
        guard let (value, _) = cursor.digits(1...10), cursor.isAtEnd else { return nil }
        return Int32(exactly: isNegative ? -value : value)
    }

    /// `true` or `false` in any case.
    var boolean: Bool? {
        if equalsIgnoringCase("true") { return true }
        if equalsIgnoringCase("false") { return false }
        return nil
    }

    /// Whether the field is this ASCII word, upper and lower case alike; the word is given in lower case.
    func equalsIgnoringCase(_ lowercase: StaticString) -> Bool {
        guard bytes.count == lowercase.utf8CodeUnitCount else { return false }
        for index in bytes.indices where bytes[index].asciiLowercased != lowercase.utf8Start[index] { return false }
        return true
    }
}

extension UInt8 {
    /// A…Z as a…z; everything else as it is.
    var asciiLowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }

    /// a…z as A…Z; everything else as it is.
    var asciiUppercased: UInt8 { self >= 0x61 && self <= 0x7A ? self & 0xDF : self }

    /// A…Z or a…z.
    var isASCIILetter: Bool { (self | 0x20) &- 0x61 < 26 }
}

/// Reads a few bytes from left to right; for parsers of numbers and dates.
struct ByteCursor {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// The next so many bytes, if there are as many.
    func peek(_ count: Int) -> UnsafeBufferPointer<UInt8>? {
        guard position + count <= bytes.count else { return nil }
        return UnsafeBufferPointer(rebasing: bytes[position..<position + count])
    }

    /// Steps over bytes that are known to be there.
    mutating func advance(_ count: Int) { position += count }

    /// Steps over the byte if it comes next.
    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: scalar) else { return false }
        position += 1
        return true
    }

    /// Reads as many digits as there are; `nil` unless their number is in `range` (at most 18).
    mutating func digits(_ range: ClosedRange<Int>) -> (value: Int, count: Int)? {
        var value = 0
        var count = 0
        while position < bytes.count, count <= range.upperBound {
            let digit = bytes[position] &- 0x30
            guard digit < 10 else { break }
            value = value &* 10 &+ Int(digit)
            count += 1
            position += 1
        }
        return range.contains(count) ? (value, count) : nil
    }
}
