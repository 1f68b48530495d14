/// Reads what ``ByteWriter`` wrote, checking kind, version and every length before it allocates.
struct ByteReader {
    private let bytes: [UInt8]
    private var position: Int

    init(_ bytes: [UInt8], kind: StaticString, name: String) throws(SerializationError) {
        guard bytes.count >= 8, kind.withUTF8Buffer({ bytes.prefix(4).elementsEqual($0) }) else {
            throw .wrongKind(expected: name)
        }
        guard bytes[4] == 1, bytes[5..<8].allSatisfy({ $0 == 0 }) else { throw .unknownVersion(Int(bytes[4])) }
        self.bytes = bytes
        position = 8
    }

    /// Reads numbers that were cut out of what was written, without a header.
    init(bare bytes: [UInt8]) {
        self.bytes = bytes
        position = 0
    }

    /// A count or index that fits an `Int`.
    mutating func count() throws(SerializationError) -> Int {
        let raw = UInt64(littleEndian: try array(of: 1, zero: UInt64(0))[0])
        guard let value = Int(exactly: raw) else { throw .invalidContent("size \(raw) does not fit") }
        return value
    }

    mutating func words(_ count: Int) throws(SerializationError) -> [UInt64] {
        inHostOrder(try array(of: count, zero: UInt64(0))) { UInt64(littleEndian: $0) }
    }

    mutating func int32s(_ count: Int) throws(SerializationError) -> [Int32] {
        inHostOrder(try array(of: count, zero: Int32(0))) { Int32(littleEndian: $0) }
    }

    mutating func floats(_ count: Int) throws(SerializationError) -> [Float] {
        inHostOrder(try array(of: count, zero: Float(0))) { Float(bitPattern: UInt32(littleEndian: $0.bitPattern)) }
    }

    /// Factors as single-precision numbers, whatever they are kept in.
    mutating func factors(_ count: Int, _ precision: FactorPrecision) throws(SerializationError) -> [Float] {
        switch precision {
        case .float32: return try floats(count)
        case .float16:
            return try array(of: count, zero: UInt16(0)).map { Float(Float16(bitPattern: UInt16(littleEndian: $0))) }
        }
    }

    mutating func doubles(_ count: Int) throws(SerializationError) -> [Double] {
        inHostOrder(try array(of: count, zero: 0.0)) { Double(bitPattern: UInt64(littleEndian: $0.bitPattern)) }
    }

    /// Everything must have been read.
    func finish() throws(SerializationError) {
        guard position == bytes.count else { throw .wrongLength(expected: "\(position)", found: bytes.count) }
    }

    private func inHostOrder<Element>(_ raw: [Element], _ convert: (Element) -> Element) -> [Element] {
        UInt16(littleEndian: 1) == 1 ? raw : raw.map(convert)
    }

    private mutating func array<Element: BitwiseCopyable>(
        of count: Int, zero: Element
    ) throws(SerializationError) -> [Element] {
        let (size, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
        guard count >= 0, !overflow, size <= bytes.count - position else {
            throw .wrongLength(
                expected: "at least \(position) + \(overflow ? "2^63" : String(size))", found: bytes.count)
        }
        let start = position
        position += size
        return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            bytes.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(buffer).copyMemory(from: .init(rebasing: $0[start..<start + size]))
            }
            initialized = count
        }
    }
}

/// The product of sizes read from bytes, which may be anything.
func checkedProduct(_ a: Int, _ b: Int) throws(SerializationError) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    guard !overflow, product >= 0 else { throw .invalidContent("sizes \(a) × \(b) are too large") }
    return product
}
