import Postgres

/// A text that is no JSON, or JSON that the database would refuse.
struct JSONSyntaxError: Error, Hashable, CustomStringConvertible {
    /// Where, counted in characters from 1.
    let line: Int, column: Int
    /// What is wrong there.
    let problem: String

    var description: String { "line \(line), column \(column): \(problem)" }
}

extension JSONValue {
    /// Reads JSON as RFC 8259 has it.
    ///
    /// Refuses besides what could be misread or cannot be stored: an object with the same key twice, the character
    /// `\u0000`, lone surrogates, and more than 128 levels.
    init(parsing json: JSONText) throws(JSONSyntaxError) {
        var text = json.text
        let result = text.withUTF8 { bytes in
            Result { () throws(JSONSyntaxError) in
                var parser = JSONParser(bytes)
                return try parser.document()
            }
        }
        self = try result.get()
    }
}

/// The keys that an object has so far. A few are compared one by one; most objects have no more.
private struct KnownKeys {
    private var set: Set<String> = []
    private static let few = 12

    /// - Returns: whether the key is a new one.
    mutating func insert(_ key: String, after members: [JSONMember]) -> Bool {
        if members.count < Self.few { return !members.contains { $0.key == key } }
        if set.isEmpty { set = Set(members.map(\.key)) }
        return set.insert(key).inserted
    }
}

/// Recursive descent over UTF-8 bytes, which must outlive it.
private struct JSONParser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var depth = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    mutating func document() throws(JSONSyntaxError) -> JSONValue {
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw expected("the end") }
        return value
    }

    private mutating func value() throws(JSONSyntaxError) -> JSONValue {
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return try nested { parser throws(JSONSyntaxError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(JSONSyntaxError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case let byte? where byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte):
            return try number()
        default:
            for (word, value) in [("true", JSONValue.bool(true)), ("false", .bool(false)), ("null", .null)]
            where bytes[position...].starts(with: word.utf8) {
                position += word.utf8.count
                return value
            }
            throw expected("a value")
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONSyntaxError) -> JSONValue
    ) throws(JSONSyntaxError) -> JSONValue {
        guard depth < 128 else { throw failure("more than 128 levels") }
        depth += 1
        defer { depth -= 1 }
        position += 1
        return try body(&self)
    }

    private mutating func object() throws(JSONSyntaxError) -> JSONValue {
        var members: [JSONMember] = []
        var known = KnownKeys()
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        members.reserveCapacity(4)
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw expected("a key in double quotes") }
            let start = position
            let key = try string()
            guard known.insert(key, after: members) else {
                throw failure("the key \"\(key)\" is given twice", at: start)
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw expected("a colon") }
            members.append(JSONMember(key, try value()))
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw expected("a comma or }") }
        return .object(members)
    }

    private mutating func array() throws(JSONSyntaxError) -> JSONValue {
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        repeat {
            elements.append(try value())
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw expected("a comma or ]") }
        return .array(elements)
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = position
        scan: while let byte = peek {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                position += 1
            default: break scan
            }
        }
        let lexeme = text(start..<position)
        guard let number = JSONNumber(reading: lexeme) else {
            throw failure("\(lexeme.prefix(30)) is no JSON number", at: start)
        }
        return .number(number)
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        position += 1
        let start = position
        while let byte = peek, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { position += 1 }
        if take(UInt8(ascii: "\"")) { return text(start..<position - 1) }
        var content = Array(bytes[start..<position])
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"): content.append(contentsOf: try escape())
            case 0..<0x20: throw failure("a line break or control character in a string")
            default:
                content.append(byte)
                position += 1
            }
        }
        throw failure("the string has no end")
    }

    private mutating func escape() throws(JSONSyntaxError) -> [UInt8] {
        let start = position
        guard start + 1 < bytes.count else { throw failure("the string has no end", at: bytes.count) }
        position += 2
        switch bytes[position - 1] {
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [bytes[position - 1]]
        case UInt8(ascii: "u"):
            var units = [try codeUnit(of: start)]
            if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: "\\u".utf8) {
                position += 2
                units.append(try codeUnit(of: start))
            }
            guard units != [0] else { throw failure("the character \\u0000 cannot be stored", at: start) }
            guard let text = String(validating: units, as: UTF16.self) else {
                throw failure("half a surrogate pair", at: start)
            }
            return Array(text.utf8)
        default: throw failure("an unknown escape", at: start)
        }
    }

    private mutating func codeUnit(of start: Int) throws(JSONSyntaxError) -> UInt16 {
        let digits = bytes[position...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw failure("\\u needs four hexadecimal digits", at: start) }
        position += 4
        return unit
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func expected(_ what: String) -> JSONSyntaxError {
        guard position < bytes.count else { return failure("expected \(what), but the text ends") }
        let found = String(decoding: bytes[position...].prefix(16), as: UTF8.self).prefix(1)
        return failure("expected \(what), found \(found)")
    }

    private func failure(_ problem: String, at place: Int? = nil) -> JSONSyntaxError {
        let before = bytes[..<(place ?? position)]
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return JSONSyntaxError(
            line: before.count { $0 == 0x0A } + 1,
            column: String(decoding: before[lineStart...], as: UTF8.self).count + 1, problem: problem)
    }
}
