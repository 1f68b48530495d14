/// How a file is packed, by its first bytes.
enum ByteSourcePacking: Equatable {
    case none
    case gzip
    /// Known and not read here; the text names it for the message.
    case other(String)

    /// Bytes needed to tell the kinds apart.
    static let longestMagic = 6

    private static let others: [(magic: [UInt8], kind: String)] = [
        ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive or an Excel workbook"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel workbook"),
        ([0x28, 0xB5, 0x2F, 0xFD], "zstd-compressed"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz-compressed"),
        ([0x42, 0x5A, 0x68], "bzip2-compressed"),
    ]

    init(beginning: [UInt8]) {
        if beginning.starts(with: [0x1F, 0x8B]) {
            self = .gzip
        } else if let other = Self.others.first(where: { beginning.starts(with: $0.magic) }), beginning.count >= 6 {
            self = .other(other.kind)
        } else {
            self = .none
        }
    }
}
