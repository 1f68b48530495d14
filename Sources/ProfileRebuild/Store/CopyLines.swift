/// Rows in PostgreSQL's text format for COPY.
struct CopyLines: Sendable {
    private(set) var bytes: [UInt8] = []
    private var isAtStart = true

    /// Ends the row.
    mutating func endRow() {
        bytes.append(UInt8(ascii: "\n"))
        isAtStart = true
    }

    /// Adds a value that holds nothing to escape: a number, a date, or an array of numbers.
    mutating func add(_ value: some CustomStringConvertible) {
        separate(); bytes.append(contentsOf: value.description.utf8)
    }

    /// Adds a number; `nil` is NULL.
    mutating func add(_ value: Double?) { add(text: value?.description) }

    /// Adds text; `nil` is NULL.
    mutating func add(text: String?) {
        separate()
        guard let text else {
            bytes.append(contentsOf: "\\N".utf8)
            return
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
            case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
            case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
            default: bytes.append(byte)
            }
        }
    }

    /// Adds an array of numbers.
    mutating func add(array values: some Sequence<Float>) {
        separate()
        bytes.append(UInt8(ascii: "{"))
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            if value == 0 { bytes.append(UInt8(ascii: "0")) } else { bytes.append(contentsOf: value.description.utf8) }
        }
        bytes.append(UInt8(ascii: "}"))
    }

    /// Hands over what is there and starts anew.
    mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    private mutating func separate() {
        if !isAtStart { bytes.append(UInt8(ascii: "\t")) }
        isAtStart = false
    }
}
