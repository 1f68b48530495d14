/// Checks that text is what it is said to be, piece by piece, and makes it UTF-8.
///
/// Knows line and byte offset of a fault over all pieces: bytes count from the start of the text, lines from 1.
struct ByteSourceText {
    private let file: String
    private let encoding: TextEncoding
    /// The first bytes, held back until a byte-order mark can be told.
    private var beginning: [UInt8]? = []
    private var offset = 0
    private var line = 1
    private var sequence = UTF8Sequence()

    init(file: String, encoding: TextEncoding) {
        self.file = file
        self.encoding = encoding
    }

    /// Takes the next piece; returns the UTF-8 that may be passed on.
    mutating func check(_ bytes: consuming [UInt8]) throws(ByteSourceError) -> [UInt8] {
        guard var start = beginning else { return try convert(bytes) }
        start += bytes
        guard start.count >= 3 else {
            beginning = start
            return []
        }
        beginning = nil
        return try convert(withoutMark(start))
    }

    /// Ends the text: what was held back, or an error for a character cut off at the end.
    mutating func finish() throws(ByteSourceError) -> [UInt8] {
        var rest: [UInt8] = []
        if let start = beginning {
            beginning = nil
            rest = try convert(withoutMark(start))
        }
        if encoding == .utf8, !sequence.isComplete {
            throw fault(.invalidUTF8(line: line, byteOffset: sequence.start))
        }
        return rest
    }

    private mutating func withoutMark(_ start: [UInt8]) throws(ByteSourceError) -> [UInt8] {
        if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) {
            throw fault(.utf16(line: 1, byteOffset: 0))
        }
        guard start.starts(with: [0xEF, 0xBB, 0xBF]) else { return start }
        offset = 3
        return Array(start.dropFirst(3))
    }

    private mutating func convert(_ bytes: consuming [UInt8]) throws(ByteSourceError) -> [UInt8] {
        let blockBytes = 4096
        var converted: [UInt8] = []
        if encoding != .utf8 { converted.reserveCapacity(bytes.count + bytes.count / 8) }
        var problem: ByteSourceError.Problem?
        bytes.withUnsafeBufferPointer { bytes in
            var position = 0
            while position < bytes.count, problem == nil {
                let block = UnsafeBufferPointer(
                    rebasing: bytes[position..<min(position + blockBytes, bytes.count)])
                let isPlain = Self.isPlainASCII(block)
                switch encoding {
                case .utf8 where isPlain && sequence.isComplete: break
                case .utf8: problem = examine(block)
                case .latin1 where isPlain, .windows1252 where isPlain: converted.append(contentsOf: block)
                case .latin1, .windows1252: problem = widen(block, into: &converted)
                }
                if problem == nil { line += Self.newlines(in: block) }
                offset += block.count
                position += block.count
            }
        }
        if let problem { throw fault(problem) }
        return encoding == .utf8 ? bytes : converted
    }

    /// Checks a block that has other bytes than ASCII, or follows a cut character.
    private mutating func examine(_ block: UnsafeBufferPointer<UInt8>) -> ByteSourceError.Problem? {
        for index in block.indices {
            let byte = block[index]
            if byte == 0 { return .zeroByte(line: line(at: index, in: block), byteOffset: offset + index) }
            guard sequence.accept(byte, at: offset + index) else {
                return .invalidUTF8(line: line(at: index, in: block), byteOffset: sequence.start)
            }
        }
        return nil
    }

    private func widen(_ block: UnsafeBufferPointer<UInt8>, into output: inout [UInt8]) -> ByteSourceError.Problem? {
        for index in block.indices {
            let byte = block[index]
            if byte == 0 { return .zeroByte(line: line(at: index, in: block), byteOffset: offset + index) }
            let isRemapped = encoding == .windows1252 && (0x80...0x9F).contains(byte)
            let code = isRemapped ? Self.windows1252[Int(byte - 0x80)] : UInt16(byte)
            switch code {
            case ..<0x80: output.append(byte)
            case ..<0x800:
                output.append(0xC0 | UInt8(code >> 6))
                output.append(0x80 | UInt8(code & 0x3F))
            default:
                output.append(0xE0 | UInt8(code >> 12))
                output.append(0x80 | UInt8(code >> 6 & 0x3F))
                output.append(0x80 | UInt8(code & 0x3F))
            }
        }
        return nil
    }

    /// The characters of bytes 0x80 to 0x9F; the five that the code page leaves out are control characters, as in the WHATWG
    /// Encoding Standard.
    private static let windows1252: [UInt16] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D,
        0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153,
        0x9D,
        0x017E, 0x0178,
    ]

    private func line(at index: Int, in block: UnsafeBufferPointer<UInt8>) -> Int {
        line + Self.newlines(in: UnsafeBufferPointer(rebasing: block[..<index]))
    }

    private func fault(_ problem: ByteSourceError.Problem) -> ByteSourceError {
        ByteSourceError(file: file, problem: problem)
    }

    /// Whether every byte is in 1…127. Written without an early exit, so that it is compiled to vector code.
    private static func isPlainASCII(_ block: UnsafeBufferPointer<UInt8>) -> Bool {
        var largest: UInt8 = 0
        var smallest: UInt8 = 1
        for byte in block {
            largest |= byte
            smallest = min(smallest, byte)
        }
        return largest < 0x80 && smallest != 0
    }

    private static func newlines(in block: UnsafeBufferPointer<UInt8>) -> Int {
        // Blocks have at most 4096 bytes, so 16 bits suffice and keep the vectors narrow.
        var count: UInt16 = 0
        for byte in block { count &+= byte == 0x0A ? 1 : 0 }
        return Int(count)
    }
}

/// Where a UTF-8 decoder stands within a character (Unicode 15, table 3-7: well-formed byte sequences).
private struct UTF8Sequence {
    private(set) var start = 0
    private var missing = 0
    private var lower: UInt8 = 0x80
    private var upper: UInt8 = 0xBF

    var isComplete: Bool { missing == 0 }

    /// Takes one byte; `false` when it cannot stand here. ``start`` is then where the bad sequence began.
    mutating func accept(_ byte: UInt8, at offset: Int) -> Bool {
        if missing > 0 {
            guard byte >= lower, byte <= upper else { return false }
            missing -= 1
            (lower, upper) = (0x80, 0xBF)
            return true
        }
        if byte < 0x80 { return true }
        start = offset
        switch byte {
        case 0xC2...0xDF: missing = 1
        case 0xE0: (missing, lower) = (2, 0xA0)
        case 0xED: (missing, upper) = (2, 0x9F)
        case 0xE1...0xEF: missing = 2
        case 0xF0: (missing, lower) = (3, 0x90)
        case 0xF1...0xF3: missing = 3
        case 0xF4: (missing, upper) = (3, 0x8F)
        default: return false
        }
        return true
    }
}
