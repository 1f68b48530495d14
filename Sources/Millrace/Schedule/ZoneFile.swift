/// A parsed TZif file, the compiled form of one zone in the IANA time zone database.
///
/// Source: RFC 9636 (TZif). Only the 64-bit block and the footer are used; abbreviations are not needed.
struct ZoneFile {
    let timeline: ZoneTimeline

    /// Why a file is no usable TZif file.
    enum Failure: Error, CustomStringConvertible {
        case notTZif, versionOne, truncated, leapSeconds, badType, notAscending, badFooter(String)

        var description: String {
            switch self {
            case .notTZif: "it is no TZif file"
            case .versionOne: "it is a TZif file of version 1, which ends in 2037"
            case .truncated: "it ends too early"
            case .leapSeconds: "it counts leap seconds"
            case .badType: "it refers to a time type that it does not define"
            case .notAscending: "its transitions do not ascend"
            case .badFooter(let footer): "its footer \"\(footer)\" is no POSIX time zone rule"
            }
        }
    }

    init(bytes: [UInt8]) throws(Failure) {
        var reader = Reader(bytes: bytes)
        let first = try reader.header()
        guard first.version >= UInt8(ascii: "2") else { throw .versionOne }
        try reader.skip(first.bodySize(timeSize: 4))

        let header = try reader.header()
        guard header.leapCount == 0 else { throw .leapSeconds }
        var times: [Int64] = []
        for _ in 0..<header.timeCount { times.append(Int64(bitPattern: try reader.bigEndian(8))) }
        var typeIndices: [Int] = []
        for _ in 0..<header.timeCount { typeIndices.append(Int(try reader.bigEndian(1))) }
        var typeOffsets: [Int] = []
        for _ in 0..<header.typeCount {
            typeOffsets.append(Int(Int32(truncatingIfNeeded: try reader.bigEndian(4))))
            try reader.skip(2)
        }
        try reader.skip(header.bodySize(timeSize: 8) - header.timeCount * 9 - header.typeCount * 6)
        let footer = try reader.footer()

        guard let initial = typeOffsets.first, typeIndices.allSatisfy(typeOffsets.indices.contains) else {
            throw .badType
        }
        guard zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }) else { throw .notAscending }
        let rule = footer.isEmpty ? nil : ZoneRule(posix: footer)
        if rule == nil, !footer.isEmpty { throw .badFooter(footer) }
        timeline = ZoneTimeline(
            initialOffset: initial, changes: zip(times, typeIndices.map { typeOffsets[$0] }), rule: rule)
    }

    private struct Header {
        var version: UInt8
        var isUTCCount, isStandardCount, leapCount, timeCount, typeCount, abbreviationBytes: Int

        func bodySize(timeSize: Int) -> Int {
            timeCount * (timeSize + 1) + typeCount * 6 + abbreviationBytes + leapCount * (timeSize + 4)
                + isStandardCount + isUTCCount
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        mutating func skip(_ count: Int) throws(Failure) {
            guard count >= 0, bytes.count - position >= count else { throw .truncated }
            position += count
        }

        mutating func bigEndian(_ count: Int) throws(Failure) -> UInt64 {
            let start = position
            try skip(count)
            return bytes[start..<position].reduce(0) { $0 << 8 | UInt64($1) }
        }

        mutating func header() throws(Failure) -> Header {
            guard bytes.count >= position + 44 else { throw position == 0 ? .notTZif : .truncated }
            guard Array(bytes[position..<position + 4]) == Array("TZif".utf8) else { throw .notTZif }
            let version = bytes[position + 4]
            try skip(20)
            var counts: [Int] = []
            for _ in 0..<6 { counts.append(Int(try bigEndian(4))) }
            return Header(
                version: version, isUTCCount: counts[0], isStandardCount: counts[1], leapCount: counts[2],
                timeCount: counts[3], typeCount: counts[4], abbreviationBytes: counts[5])
        }

        /// The text between the two newlines at the end of the file.
        mutating func footer() throws(Failure) -> String {
            let newline = UInt8(ascii: "\n")
            guard
                position < bytes.count, bytes[position] == newline,
                let end = bytes[(position + 1)...].firstIndex(of: newline)
            else { throw .truncated }
            return String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
        }
    }
}
