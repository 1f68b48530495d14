public import Foundation

extension UUID: PostgresEncodable, PostgresArrayElement, PostgresDecodable {
    /// `uuid`
    public static var postgresElementType: PostgresType { .uuid }
    /// `uuid`
    public var postgresType: PostgresType { .uuid }
    /// Appends sixteen bytes.
    public func encode(into bytes: inout [UInt8]) {
        withUnsafeBytes(of: uuid) { bytes.append(contentsOf: $0) }
    }
    /// Reads `uuid`.
    public init(decoding bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        guard type == .uuid else { throw PostgresDecodingError(.wrongType, type: type, swiftType: UUID.self) }
        guard bytes.count == MemoryLayout<uuid_t>.size else {
            throw PostgresDecodingError(.invalid("has \(bytes.count) bytes"), type: type, swiftType: UUID.self)
        }
        self.init(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}
