/// How exactly factors are kept and sent between the half-iterations of a training.
///
/// Sums and solutions are formed as always; a half-iteration's factors are rounded once, when it has ended, and their
/// Gramian is that of the rounded factors. So whoever solves from them gets the same bytes, from memory or from bytes.
public enum FactorPrecision: String, Sendable, Equatable, Codable, CaseIterable {
    /// 32 bits: 24 of precision, as they were solved.
    case float32
    /// 16 bits: 11 of precision, a relative error of at most 2⁻¹¹ = 0.00049 from 6.1e-5 up to 65,504, and an error of at
    /// most 3e-8 below; half the bytes. IEEE 754 binary16, to the nearest, ties to even.
    case float16

    /// Bytes of one factor.
    public var size: Int { self == .float32 ? 4 : 2 }
}

extension FactorMatrix {
    /// The factors as they come out of bytes of a precision.
    ///
    /// - Throws: ``FactorizationError/notFinite(row:)`` with the first row that has a factor above 65,504 in magnitude.
    public func rounded(to precision: FactorPrecision) throws(FactorizationError) -> FactorMatrix {
        guard precision == .float16 else { return self }
        return try FactorMatrix(values: values.map { Float(Float16($0)) }, rank: rank)
    }

    /// Little-endian bytes for a `bytea` column: `MFAC` with Float32 values or `MFAH` with Float16 values, version 1,
    /// rows and rank as 64-bit counts, the values row by row. Row r begins at byte
    /// ``serializedHeaderSize`` + r · rank · ``FactorPrecision/size``.
    ///
    /// - Parameter precision: of the values, which must have been rounded to it.
    public func serialized(as precision: FactorPrecision = .float32) -> [UInt8] {
        var writer = ByteWriter(
            kind: precision == .float32 ? "MFAC" : "MFAH", capacity: 16 + precision.size * values.count)
        writer.append(rows)
        writer.append(rank)
        switch precision {
        case .float32: writer.append(values)
        case .float16: writer.append(values.map { Float16($0) })
        }
        return writer.bytes
    }

    /// Bytes before the first value.
    public static let serializedHeaderSize = 24

    /// Reads ``serialized(as:)`` back.
    ///
    /// - Throws: ``SerializationError`` when the bytes are cut, of another kind, or hold NaN or infinity.
    public init(serialized bytes: [UInt8], as precision: FactorPrecision = .float32) throws(SerializationError) {
        var reader = try ByteReader(bytes, kind: precision == .float32 ? "MFAC" : "MFAH", name: "factor matrix")
        let rows = try reader.count()
        let rank = try reader.count()
        let values = try reader.factors(try checkedProduct(rows, rank), precision)
        try reader.finish()
        do {
            try self.init(values: values, rank: rank)
        } catch {
            throw .invalidContent("\(error)")
        }
    }

    /// Reads rows that were cut out of ``serialized(as:)``, and appends them to rows that were read before.
    ///
    /// - Parameters:
    ///   - bytes: values of whole rows, without a header.
    ///   - count: how many values they are.
    ///   - precision: of the values.
    ///   - values: receives them.
    /// - Throws: ``SerializationError`` when the bytes are not so many values, or hold NaN or infinity.
    public static func appendRows(
        _ bytes: [UInt8], count: Int, as precision: FactorPrecision, to values: inout [Float]
    ) throws(SerializationError) {
        var reader = ByteReader(bare: bytes)
        let read = try reader.factors(count, precision)
        try reader.finish()
        guard read.allSatisfy(\.isFinite) else { throw .invalidContent("factors with NaN or infinity") }
        values.append(contentsOf: read)
    }
}
