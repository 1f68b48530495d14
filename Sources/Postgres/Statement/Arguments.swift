import CLibPQ

/// The parameters of one execution in PostgreSQL's binary format, in one buffer.
struct Arguments: Sendable {
    /// Type of each parameter; 0 asks the server to infer it.
    private(set) var types: [Oid] = []
    /// Length in bytes of each parameter; -1 is NULL.
    private var lengths: [Int32] = []
    private var offsets: [Int] = []
    private var bytes: [UInt8] = []

    init(_ parameters: [(any PostgresEncodable)?]) throws {
        let count = parameters.count
        guard count <= Int(UInt16.max) else { throw PostgresEncodingError.tooManyParameters(count) }
        types.reserveCapacity(count)
        lengths.reserveCapacity(count)
        offsets.reserveCapacity(count)
        for parameter in parameters {
            offsets.append(bytes.count)
            guard let parameter else {
                types.append(0)
                lengths.append(-1)
                continue
            }
            let start = bytes.count
            try parameter.encode(into: &bytes)
            guard let length = Int32(exactly: bytes.count - start) else {
                throw PostgresEncodingError.valueTooLong(bytes: bytes.count - start)
            }
            types.append(parameter.postgresType.oid)
            lengths.append(length)
        }
        // An empty value needs an address too: libpq takes a null pointer for NULL.
        bytes.append(0)
    }

    var count: Int { types.count }

    func isNull(_ index: Int) -> Bool { lengths[index] < 0 }

    /// Whether a statement prepared for `prepared` types accepts these values: NULL fits any type.
    func fit(_ prepared: [Oid]) -> Bool {
        guard prepared.count == types.count else { return false }
        for index in types.indices where types[index] != prepared[index] && !isNull(index) { return false }
        return true
    }

    /// The parameters as libpq's C arrays; the pointers are valid inside `body` only.
    func withCArrays<T>(
        _ body: (
            _ count: Int32, _ types: UnsafePointer<Oid>, _ values: UnsafePointer<UnsafePointer<CChar>?>,
            _ lengths: UnsafePointer<Int32>, _ formats: UnsafePointer<Int32>
        ) throws -> T
    ) rethrows -> T {
        try bytes.withUnsafeBytes { buffer in
            let values: [UnsafePointer<CChar>?] = offsets.indices.map { index in
                lengths[index] < 0
                    ? nil : buffer.baseAddress?.advanced(by: offsets[index]).assumingMemoryBound(to: CChar.self)
            }
            let formats = [Int32](repeating: 1, count: count)
            return try body(Int32(count), types, values, lengths, formats)
        }
    }
}
