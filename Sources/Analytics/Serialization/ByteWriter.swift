/// Appends numbers in little-endian order after a header of kind and version.
struct ByteWriter {
    private(set) var bytes: [UInt8]

    /// - Parameters:
    ///   - kind: four ASCII characters.
    ///   - capacity: bytes to come, for one allocation.
    init(kind: StaticString, capacity: Int) {
        bytes = []
        bytes.reserveCapacity(capacity + 8)
        kind.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: [1, 0, 0, 0])
    }

    mutating func append(_ count: Int) { append(elements: [UInt64(count)], \.littleEndian) }
    mutating func append(bits word: UInt64) { append(elements: [word], \.littleEndian) }
    mutating func append(_ values: [Int32]) { append(elements: values, \.littleEndian) }
    mutating func append(_ values: [Float]) { append(elements: values, \.bitPattern.littleEndian) }
    mutating func append(_ values: [Float16]) { append(elements: values, \.bitPattern.littleEndian) }
    mutating func append(_ values: [Double]) { append(elements: values, \.bitPattern.littleEndian) }

    private mutating func append<Element: BitwiseCopyable, Bits: FixedWidthInteger & BitwiseCopyable>(
        elements: [Element], _ littleEndian: (Element) -> Bits
    ) {
        if UInt16(littleEndian: 1) == 1 {
            elements.withUnsafeBytes { bytes.append(contentsOf: $0) }
        } else {
            for element in elements { withUnsafeBytes(of: littleEndian(element)) { bytes.append(contentsOf: $0) } }
        }
    }
}
