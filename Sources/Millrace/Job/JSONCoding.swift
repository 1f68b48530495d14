import Foundation
public import Postgres

extension JSONText {
    /// Writes a value as JSON with keys in a fixed order and dates in RFC 3339.
    ///
    /// - Throws: `EncodingError` when the value cannot be written, as NaN cannot.
    public init(encoding value: some Encodable) throws {
        self.init(String(decoding: try Self.encoder.encode(value), as: UTF8.self))
    }

    /// Reads a value back.
    ///
    /// - Throws: `DecodingError` when the text has another shape.
    public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try Self.decoder.decode(type, from: Data(text.utf8))
    }

    // One for all, as they are safe to share and made for every job otherwise.
    private static let encoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }()
    private static let decoder = {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }()
}
