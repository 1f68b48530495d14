import Foundation
import Testing

/// A second reading of the mail format, written apart from the renderer it checks: slow, plain, by the RFCs.
struct DecodedMail {
    var fields: [(name: String, value: String)] = []
    var body: [UInt8] = []

    init(_ bytes: [UInt8]) throws {
        let end = try #require(Self.range(of: Array("\r\n\r\n".utf8), in: bytes))
        let header = String(decoding: bytes[..<end], as: UTF8.self)
        body = Array(bytes[(end + 4)...])
        for line in header.components(separatedBy: "\r\n") {
            if line.hasPrefix(" "), !fields.isEmpty {
                fields[fields.count - 1].value += line
            } else {
                let colon = try #require(line.firstIndex(of: ":"))
                fields.append((String(line[..<colon]), String(line[line.index(after: colon)...])))
            }
        }
        for index in fields.indices { fields[index].value.removeFirst() }
    }

    /// The unfolded value of a field that occurs once.
    subscript(name: String) -> String? {
        let values = fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
        return values.count == 1 ? values[0] : nil
    }

    /// The value with its encoded-words decoded.
    func text(_ name: String) throws -> String { try Self.decodeWords(try #require(self[name])) }

    /// The body with its transfer encoding undone, as text.
    var content: String {
        get throws { String(decoding: try contentBytes, as: UTF8.self) }
    }

    var contentBytes: [UInt8] {
        get throws {
            switch self["Content-Transfer-Encoding"] {
            case "base64":
                let joined = String(decoding: body, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "")
                return Array(try #require(Data(base64Encoded: joined)))
            case "quoted-printable": return try Self.decodeQuotedPrintable(body)
            default: return body
            }
        }
    }

    /// The parts of a multipart body.
    var parts: [DecodedMail] {
        get throws {
            let type = try #require(self["Content-Type"])
            let start = try #require(type.range(of: "boundary=\""))
            let boundary = type[start.upperBound...].prefix { $0 != "\"" }
            let text = "\r\n" + String(decoding: body, as: UTF8.self)
            let pieces = text.components(separatedBy: "\r\n--\(boundary)")
            #expect(pieces.last == "--\r\n" || pieces.last == "--")
            return try pieces.dropFirst().dropLast().map { piece in
                #expect(piece.utf8.starts(with: "\r\n".utf8))
                return try DecodedMail(Array(piece.utf8.dropFirst(2)))
            }
        }
    }

    private static func decodeWords(_ value: String) throws -> String {
        var result: [UInt8] = []
        var followsWord = false
        for (index, token) in value.components(separatedBy: " ").enumerated() {
            let sections = token.components(separatedBy: "?")
            let isWord = token.hasPrefix("=?") && token.hasSuffix("?=") && sections.count == 5
            if index > 0 && !(isWord && followsWord) { result.append(0x20) }
            followsWord = isWord
            guard isWord else {
                result += token.utf8
                continue
            }
            #expect(token.utf8.count <= 75)
            let word: [UInt8]
            if sections[2] == "B" {
                word = Array(try #require(Data(base64Encoded: sections[3])))
            } else {
                word = try decodeQuotedPrintable(Array(sections[3].replacingOccurrences(of: "_", with: " ").utf8))
            }
            #expect(String(validating: word, as: UTF8.self) != nil, "an encoded-word splits a character")
            result += word
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func decodeQuotedPrintable(_ bytes: [UInt8]) throws -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "=") else {
                result.append(bytes[index])
                index += 1
                continue
            }
            let next = String(decoding: bytes[(index + 1)..<min(index + 3, bytes.count)], as: UTF8.self)
            if next != "\r\n" { result.append(try #require(UInt8(next, radix: 16))) }
            index += 3
        }
        return result
    }

    private static func range(of needle: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= needle.count else { return nil }
        return (0...(bytes.count - needle.count)).first { Array(bytes[$0..<($0 + needle.count)]) == needle }
    }
}
