import Foundation

/// A file that is gone when the test is.
final class TemporaryFile: Sendable {
    let path: String

    init(_ bytes: some Sequence<UInt8>) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("shop-\(UUID().uuidString)").path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    deinit { unlink(path) }
}

/// A gzip member with stored blocks, made by hand after RFC 1952.
func gzipMember(_ text: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    func append(_ value: UInt32, bytes count: Int) {
        for shift in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(8 * shift))) }
    }
    bytes.append(1)
    append(UInt32(text.count), bytes: 2)
    append(~UInt32(text.count), bytes: 2)
    bytes += text
    var crc: UInt32 = ~0
    for byte in text {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    append(~crc, bytes: 4)
    append(UInt32(text.count), bytes: 4)
    return bytes
}
