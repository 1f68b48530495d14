/// How a file writes decimal numbers.
struct NumberStyle: Sendable, Equatable {
    /// Before the fraction: a point or a comma.
    var decimal = UInt8(ascii: ".")
    /// Between groups of three digits; `nil` when there is none.
    var grouping: UInt8?

    /// Whether numbers are written as the project writes them.
    var isPlain: Bool { decimal == UInt8(ascii: ".") && grouping == nil }

    /// Reads a price written in this style; `nil` if it is none. A separator must have groups of three digits after it.
    func price(_ field: RawField) -> Price? {
        if isPlain { return Price(field) }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: field.bytes.count) { plain in
            var count = 0
            var isFraction = false
            var sinceSeparator: Int?
            for byte in field.bytes {
                if byte == decimal, !isFraction {
                    guard sinceSeparator ?? 3 == 3 else { return nil }
                    isFraction = true
                    plain[count] = UInt8(ascii: ".")
                    count += 1
                } else if byte == grouping, !isFraction {
                    guard count > 0, sinceSeparator ?? 3 == 3 else { return nil }
                    sinceSeparator = 0
                } else {
                    // The point of another style is no digit, so the plain reading would take it wrongly.
                    guard byte != UInt8(ascii: ".") else { return nil }
                    if !isFraction { sinceSeparator = sinceSeparator.map { $0 + 1 } }
                    plain[count] = byte
                    count += 1
                }
            }
            guard isFraction || sinceSeparator ?? 3 == 3 else { return nil }
            return Price(RawField(bytes: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(plain)[..<count])))
        }
    }
}
