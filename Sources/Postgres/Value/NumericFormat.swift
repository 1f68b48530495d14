/// The binary form of `numeric`: digits in base 10,000 (numeric_send in src/backend/utils/adt/numeric.c).
enum NumericFormat {
    /// The exact decimal text, as the server would print it.
    static func decode(_ bytes: UnsafeRawBufferPointer) throws -> String {
        func field(_ index: Int) throws -> UInt16 {
            guard bytes.count >= index * 2 + 2 else {
                throw PostgresDecodingError(
                    .invalid("has \(bytes.count) bytes"), type: .numeric, swiftType: String.self)
            }
            return UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
        }
        let count = Int(try field(0))
        let weight = Int(Int16(bitPattern: try field(1)))
        let sign = try field(2)
        let scale = Int(try field(3))
        switch sign {
        case 0xC000: return "NaN"
        case 0xD000: return "Infinity"
        case 0xF000: return "-Infinity"
        default: break
        }

        func group(_ position: Int) throws -> Int {
            position >= 0 && position < count ? Int(try field(4 + position)) : 0
        }
        var text = sign == 0x4000 ? "-" : ""
        if weight < 0 {
            text += "0"
        } else {
            text += String(try group(0))
            for position in stride(from: 1, through: weight, by: 1) { text += padded(try group(position)) }
        }
        guard scale > 0 else { return text }
        var fraction = ""
        var position = weight + 1
        while fraction.utf8.count < scale {
            fraction += padded(try group(position))
            position += 1
        }
        return text + "." + fraction.prefix(scale)
    }

    private static func padded(_ group: Int) -> String {
        let digits = String(group)
        return String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
}
