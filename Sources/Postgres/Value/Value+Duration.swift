extension Duration: PostgresEncodable, PostgresArrayElement, PostgresDecodable {
    /// `interval`
    public static var postgresElementType: PostgresType { .interval }
    /// `interval`
    public var postgresType: PostgresType { .interval }

    /// Appends microseconds, no days and no months; parts of a microsecond are cut off.
    ///
    /// - Throws: ``PostgresEncodingError/outOfRange(swiftType:type:)`` beyond about 292,000 years.
    public func encode(into bytes: inout [UInt8]) throws {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (microseconds, overflowOfSum) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        guard !overflow, !overflowOfSum else {
            throw PostgresEncodingError.outOfRange(swiftType: "Duration", type: .interval)
        }
        IntegerFormat.append(microseconds, to: &bytes)
        IntegerFormat.append(Int32(0), to: &bytes)
        IntegerFormat.append(Int32(0), to: &bytes)
    }

    /// Reads `interval`; a day counts 24 hours, months are an error since they have no fixed length.
    public init(decoding bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        guard type == .interval else {
            throw PostgresDecodingError(.wrongType, type: type, swiftType: Duration.self)
        }
        guard bytes.count == 16 else {
            throw PostgresDecodingError(.invalid("has \(bytes.count) bytes"), type: type, swiftType: Duration.self)
        }
        let microseconds = Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        let days = Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: Int32.self))
        let months = Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: 12, as: Int32.self))
        guard months == 0 else {
            throw PostgresDecodingError(
                .invalid("has months, which have no fixed length,"), type: type, swiftType: Duration.self)
        }
        self = .microseconds(microseconds) + .seconds(Int64(days) * 86_400)
    }
}
