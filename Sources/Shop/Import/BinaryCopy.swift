/// Rows in the binary format of COPY.
///
/// Source: PostgreSQL documentation, COPY, "Binary Format": a signature, then per row a field count and for each field its
/// length (−1 for NULL) and its bytes as the type's receive function takes them; at the end a field count of −1.
struct BinaryCopy: Sendable {
    private(set) var bytes: [UInt8] = []

    /// Begins with the signature, no flags, no extension.
    init(reserving capacity: Int) {
        bytes.reserveCapacity(capacity)
        bytes.append(contentsOf: [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00])
        bytes.append(contentsOf: [UInt8](repeating: 0, count: 8))
    }

    mutating func row(fields: Int16) { append(fields) }

    mutating func finish() { append(Int16(-1)) }

    /// The bytes so far; the next ones start anew.
    mutating func take() -> [UInt8] {
        let taken = bytes
        bytes.removeAll(keepingCapacity: true)
        return taken
    }

    mutating func null() { append(Int32(-1)) }

    mutating func int32(_ value: Int32) {
        append(Int32(4))
        append(value)
    }

    mutating func int32(_ value: Int32?) {
        if let value { int32(value) } else { null() }
    }

    mutating func timestamp(_ value: Timestamp) {
        append(Int32(8))
        append(value.microseconds)
    }

    mutating func bool(_ value: Bool) {
        append(Int32(1))
        bytes.append(value ? 1 : 0)
    }

    /// Text, or the label of an enum.
    mutating func text(_ value: String) {
        var value = value
        value.withUTF8 { utf8 in
            append(Int32(utf8.count))
            bytes.append(contentsOf: utf8)
        }
    }

    mutating func text(_ value: String?) {
        if let value { text(value) } else { null() }
    }

    /// A `numeric(12,4)`: digits to the base 10,000, so the ten-thousandths are exactly the last one.
    mutating func numeric(_ price: Price) {
        let amount = price.tenThousandths.magnitude
        var digits: (high: UInt64, low: UInt64, fraction: UInt64) = (0, 0, amount % 10_000)
        digits.low = amount / 10_000 % 10_000
        digits.high = amount / 100_000_000
        let sign: UInt16 = price.isNegative ? 0x4000 : 0
        switch (digits.high, digits.low, digits.fraction) {
        case (0, 0, 0): header(count: 0, weight: 0, sign: 0)
        case (0, 0, let fraction):
            header(count: 1, weight: -1, sign: sign)
            append(UInt16(fraction))
        case (0, let low, let fraction):
            header(count: fraction == 0 ? 1 : 2, weight: 0, sign: sign)
            append(UInt16(low))
            if fraction != 0 { append(UInt16(fraction)) }
        case (let high, let low, let fraction):
            header(count: 3, weight: 1, sign: sign)
            append(UInt16(high))
            append(UInt16(low))
            append(UInt16(fraction))
        }
    }

    mutating func numeric(_ price: Price?) {
        if let price { numeric(price) } else { null() }
    }

    private mutating func header(count: Int16, weight: Int16, sign: UInt16) {
        append(Int32(8 + 2 * Int32(count)))
        append(count)
        append(weight)
        append(sign)
        append(Int16(4))
    }

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
