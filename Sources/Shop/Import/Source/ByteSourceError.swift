/// A file that cannot be read as text at all; the import of that file ends with it.
public struct ByteSourceError: Error, Equatable, CustomStringConvertible {
    /// What is wrong with the file.
    public enum Problem: Equatable, Sendable {
        /// `open` failed; the operating system's words.
        case cannotOpen(String)
        /// The path names a folder.
        case isDirectory
        /// `read` failed after the file was opened; the operating system's words.
        case cannotRead(String)
        /// The file ends within a gzip member.
        case truncatedGzip
        /// The gzip data contradicts itself; zlib's words.
        case corruptGzip(String)
        /// The file is compressed or packed in a way that is not read here.
        case unsupportedPacking(String)
        /// The text is one JSON list, not lines of JSON.
        case jsonArray
        /// The text begins with a UTF-16 byte-order mark.
        case utf16(line: Int, byteOffset: Int)
        /// A byte sequence that UTF-8 does not allow; the offset counts from the start of the (unpacked) text.
        case invalidUTF8(line: Int, byteOffset: Int)
        /// A zero byte, which no text file has and PostgreSQL does not store.
        case zeroByte(line: Int, byteOffset: Int)
    }

    /// The file as the user named it, or `standard input`.
    public let file: String
    /// What is wrong with it.
    public let problem: Problem

    /// What happened and the way out, in one line.
    public var description: String {
        switch problem {
        case .cannotOpen(let words): "\(file): cannot be opened: \(words)  →  check the path and its permissions"
        case .isDirectory: "\(file): is a folder  →  name a file in it"
        case .cannotRead(let words): "\(file): reading failed: \(words)  →  check the disk or the pipe and run it again"
        case .truncatedGzip: "\(file): the gzip data ends in the middle  →  copy or download the file again"
        case .corruptGzip(let words):
            "\(file): the gzip data is damaged (\(words))  →  copy or download the file again"
        case .unsupportedPacking(let kind):
            "\(file): is \(kind), neither CSV nor JSON lines  →  unpack it, or save it as CSV (plain or gzip)"
        case .jsonArray:
            "\(file): is one JSON list  →  write one object a line: jq -c '.[]' \(file)"
        case .utf16(let line, let offset):
            "\(file):\(line): byte \(offset): the text is UTF-16  →  "
                + "save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8"
        case .invalidUTF8(let line, let offset):
            "\(file):\(line): byte \(offset): the text is not valid UTF-8  →  "
                + "give --encoding latin1 if the file is Latin-1, otherwise save it as UTF-8 (--encoding utf-8)"
        case .zeroByte(let line, let offset):
            "\(file):\(line): byte \(offset): a zero byte, so this is no text file, or UTF-16  →  "
                + "save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8"
        }
    }
}
