import Foundation

/// What is wrong with a line as JSON.
enum JSONLineProblem: Error {
    /// It is no JSON object, or more than one.
    case notAnObject
    /// An escape stands for no character.
    case badEscape
    /// The object has a key that is not wanted, where all must be.
    case unknownKey(String)
    /// The wanted value of that number is a list or an object.
    case notOneValue(slot: Int)
}

/// Reads one line of JSON (RFC 8259) from left to right and copies out the values that a tree of paths wants.
///
/// Nothing is built for the rest of the line, but all of it is checked. Strings come out unescaped, numbers and truth
/// values as they are written, `null` as an empty text. Of a key that an object has twice the last one counts.
struct JSONLineScanner {
    private let base: UnsafePointer<UInt8>
    private let end: Int
    private var position = 0
    private let tree: JSONPathTree.View
    private let requiresKnownKeys: Bool
    /// Has room for as many bytes as the line has: no value is longer unescaped than it is written.
    private let output: UnsafeMutablePointer<UInt8>
    private var written = 0
    private let ranges: UnsafeMutableBufferPointer<RawRecord.Range>

    /// Deeper nesting is refused, so that a hostile line cannot exhaust the stack.
    private static let deepest = 64

    init(
        _ line: UnsafeBufferPointer<UInt8>, base: UnsafePointer<UInt8>, tree: JSONPathTree.View,
        requiresKnownKeys: Bool, output: UnsafeMutablePointer<UInt8>,
        ranges: UnsafeMutableBufferPointer<RawRecord.Range>
    ) {
        self.base = base
        end = line.count
        self.tree = tree
        self.requiresKnownKeys = requiresKnownKeys
        self.output = output
        self.ranges = ranges
    }

    /// Reads the whole line; what is wanted stands in `output` then, and where, in `ranges`.
    mutating func scan() throws(JSONLineProblem) {
        skipSpaces()
        guard position < end, base[position] == UInt8(ascii: "{") else { throw .notAnObject }
        try object(at: 0, depth: 0)
        skipSpaces()
        guard position == end else { throw .notAnObject }
    }

    // MARK: Values

    /// - Parameter node: the place in the tree, or −1 where nothing is wanted.
    private mutating func value(at node: Int, depth: Int) throws(JSONLineProblem) {
        guard position < end else { throw .notAnObject }
        let slot = node < 0 ? -1 : tree.nodes[node].slot
        let start = position
        switch base[position] {
        case UInt8(ascii: "\""):
            let range = try string(isWanted: slot >= 0)
            if slot >= 0 { ranges[slot] = range }
            return
        case UInt8(ascii: "{"):
            if slot >= 0 { throw .notOneValue(slot: slot) }
            return try object(at: node, depth: depth + 1)
        case UInt8(ascii: "["):
            if slot >= 0 { throw .notOneValue(slot: slot) }
            return try list(at: node, depth: depth + 1)
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"):
            try word("null")
            if slot >= 0 { ranges[slot] = RawRecord.Range(start: 0, end: 0) }
            return
        default: try number()
        }
        if slot >= 0 { ranges[slot] = copy(from: start, to: position) }
    }

    private mutating func object(at node: Int, depth: Int) throws(JSONLineProblem) {
        guard depth <= Self.deepest else { throw .notAnObject }
        position += 1
        skipSpaces()
        if take(UInt8(ascii: "}")) { return }
        // Lines of one file mostly have their keys in one order, so the search begins behind the last one found.
        var expected = 0
        while true {
            guard position < end, base[position] == UInt8(ascii: "\"") else { throw .notAnObject }
            let below = try key(of: node, expected: &expected)
            skipSpaces()
            guard take(UInt8(ascii: ":")) else { throw .notAnObject }
            skipSpaces()
            try value(at: below, depth: depth)
            skipSpaces()
            if take(UInt8(ascii: ",")) {
                skipSpaces()
                continue
            }
            guard take(UInt8(ascii: "}")) else { throw .notAnObject }
            return
        }
    }

    private mutating func list(at node: Int, depth: Int) throws(JSONLineProblem) {
        guard depth <= Self.deepest else { throw .notAnObject }
        position += 1
        skipSpaces()
        if take(UInt8(ascii: "]")) { return }
        var index = 0
        while true {
            try value(at: node < 0 ? -1 : tree.node(below: node, index: index), depth: depth)
            index += 1
            skipSpaces()
            if take(UInt8(ascii: ",")) {
                skipSpaces()
                continue
            }
            guard take(UInt8(ascii: "]")) else { throw .notAnObject }
            return
        }
    }

    /// Reads a key; returns the place below it, or −1 where nothing is wanted of it.
    private mutating func key(of node: Int, expected: inout Int) throws(JSONLineProblem) -> Int {
        let start = position + 1
        let mark = written
        let range = try string(isWanted: false)
        // Most keys have no escapes, and are compared where they stand.
        let key: UnsafeBufferPointer<UInt8>
        if range.end > range.start {
            key = UnsafeBufferPointer(start: output + range.start, count: range.end - range.start)
            written = mark
        } else {
            key = UnsafeBufferPointer(start: base + start, count: position - 1 - start)
        }
        if node >= 0 {
            let below = tree.node(below: node, key: key, expected: &expected)
            if below >= 0 { return below }
        }
        if requiresKnownKeys, node == 0 { throw .unknownKey(String(decoding: key.prefix(100), as: UTF8.self)) }
        return -1
    }

    // MARK: Tokens

    /// Reads a string. One that is wanted, or has escapes, is copied out unescaped; another's range is empty.
    private mutating func string(isWanted: Bool) throws(JSONLineProblem) -> RawRecord.Range {
        position += 1
        let start = position
        try skipPlain()
        if base[position] == UInt8(ascii: "\"") {
            position += 1
            return isWanted ? copy(from: start, to: position - 1) : RawRecord.Range(start: 0, end: 0)
        }
        let begun = copy(from: start, to: position).start
        while base[position] != UInt8(ascii: "\"") {
            try escape()
            let plain = position
            try skipPlain()
            _ = copy(from: plain, to: position)
        }
        position += 1
        return RawRecord.Range(start: begun, end: written)
    }

    /// Steps to the next quote or backslash. Eight bytes at a time; a byte below a bound is found by the sign bits of the
    /// difference (Hacker's Delight, 2nd edition, §6-1), which may only err behind a true find.
    private mutating func skipPlain() throws(JSONLineProblem) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let raw = UnsafeRawPointer(base)
        while position + 8 <= end {
            let bytes = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let quotes = bytes ^ (ones &* 0x22)
            let slashes = bytes ^ (ones &* 0x5C)
            let found =
                ((quotes &- ones) & ~quotes | (slashes &- ones) & ~slashes | (bytes &- ones &* 0x20) & ~bytes) & highs
            if found != 0 {
                position += found.trailingZeroBitCount >> 3
                break
            }
            position += 8
        }
        while position < end {
            let byte = base[position]
            if byte == 0x22 || byte == 0x5C { return }
            guard byte >= 0x20 else { throw .notAnObject }
            position += 1
        }
        throw .notAnObject
    }

    private mutating func escape() throws(JSONLineProblem) {
        guard position + 1 < end else { throw .notAnObject }
        let sign = base[position + 1]
        position += 2
        switch sign {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): put(sign)
        case UInt8(ascii: "b"): put(0x08)
        case UInt8(ascii: "f"): put(0x0C)
        case UInt8(ascii: "n"): put(0x0A)
        case UInt8(ascii: "r"): put(0x0D)
        case UInt8(ascii: "t"): put(0x09)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if code >= 0xD800, code < 0xDC00 {
                guard position + 1 < end, base[position] == UInt8(ascii: "\\"), base[position + 1] == UInt8(ascii: "u")
                else { throw .badEscape }
                position += 2
                let low = try hexadecimal()
                guard low >= 0xDC00, low < 0xE000 else { throw .badEscape }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard code != 0, let scalar = Unicode.Scalar(code) else { throw .badEscape }
            for byte in UTF8.encode(scalar) ?? .init() { put(byte) }
        default: throw .notAnObject
        }
    }

    private mutating func hexadecimal() throws(JSONLineProblem) -> UInt32 {
        guard position + 4 <= end else { throw .notAnObject }
        var code: UInt32 = 0
        for _ in 0..<4 {
            let byte = base[position]
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x41 + 10
            case 0x61...0x66: digit = byte - 0x61 + 10
            default: throw .notAnObject
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    private mutating func number() throws(JSONLineProblem) {
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if position < end, base[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
    }

    private mutating func digits() throws(JSONLineProblem) {
        let start = position
        while position < end, base[position] &- 0x30 < 10 { position += 1 }
        guard position > start else { throw .notAnObject }
    }

    private mutating func word(_ word: StaticString) throws(JSONLineProblem) {
        let count = word.utf8CodeUnitCount
        guard position + count <= end, memcmp(base + position, word.utf8Start, count) == 0 else { throw .notAnObject }
        position += count
    }

    private mutating func skipSpaces() {
        while position < end {
            switch base[position] {
            case 0x20, 0x09, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < end, base[position] == byte else { return false }
        position += 1
        return true
    }

    // MARK: Output

    private mutating func put(_ byte: UInt8) {
        output[written] = byte
        written += 1
    }

    private mutating func copy(from start: Int, to end: Int) -> RawRecord.Range {
        let count = end - start
        (output + written).update(from: base + start, count: count)
        written += count
        return RawRecord.Range(start: written - count, end: written)
    }
}
