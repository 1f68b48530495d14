import CZlib

/// Unpacks gzip members that follow each other, with zlib's own checks of length and CRC.
///
/// Used by one thread; not `Sendable`.
final class GzipInflater {
    private let file: String
    private let chunkBytes: Int
    /// zlib keeps a pointer back to its stream, so the stream must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private var isWithinMember = false

    /// 15 bits of window, plus 16: a gzip header and trailer are expected.
    private static let gzipWindowBits: Int32 = 15 + 16

    init(file: String, chunkBytes: Int) throws(ByteSourceError) {
        self.file = file
        self.chunkBytes = chunkBytes
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = inflateInit2_(
            stream, Self.gzipWindowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else {
            throw ByteSourceError(file: file, problem: .corruptGzip("zlib does not start: code \(code)"))
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Unpacks a piece of the file; zero bytes after the last member are padding and are ignored, as gzip does.
    func inflate(
        _ input: [UInt8], deliver: ([UInt8]) throws(ByteSourceError) -> Void
    ) throws(ByteSourceError) {
        var offset = 0
        // A full chunk of output may mean that zlib holds back more, even with all input taken.
        var mayHoldBack = false
        while offset < input.count || mayHoldBack {
            if !isWithinMember {
                while offset < input.count, input[offset] == 0 { offset += 1 }
                if offset == input.count { return }
                inflateReset(stream)
                isWithinMember = true
            }
            let (output, code, consumed) = step(input, from: offset)
            offset += consumed
            mayHoldBack = output.count == chunkBytes && code == Z_OK
            if !output.isEmpty { try deliver(output) }
            switch code {
            case Z_STREAM_END: isWithinMember = false
            case Z_OK, Z_BUF_ERROR: break
            default: throw ByteSourceError(file: file, problem: .corruptGzip(words(code)))
            }
        }
    }

    /// - Throws: ``ByteSourceError/Problem/truncatedGzip`` when the file ends within a member.
    func finish() throws(ByteSourceError) {
        if isWithinMember { throw ByteSourceError(file: file, problem: .truncatedGzip) }
    }

    /// One call of zlib: fills at most one chunk of output.
    private func step(_ input: [UInt8], from offset: Int) -> (output: [UInt8], code: Int32, consumed: Int) {
        var code = Z_OK
        var consumed = 0
        let output = [UInt8](unsafeUninitializedCapacity: chunkBytes) { buffer, count in
            input.withUnsafeBufferPointer { input in
                let rest = UnsafeBufferPointer(rebasing: input[offset...])
                stream.pointee.next_in = UnsafeMutablePointer(mutating: rest.baseAddress)
                stream.pointee.avail_in = UInt32(rest.count)
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = UInt32(chunkBytes)
                code = CZlib.inflate(stream, Z_NO_FLUSH)
                consumed = rest.count - Int(stream.pointee.avail_in)
                count = chunkBytes - Int(stream.pointee.avail_out)
            }
        }
        return (output, code, consumed)
    }

    private func words(_ code: Int32) -> String {
        stream.pointee.msg.map { String(cString: $0) } ?? "zlib code \(code)"
    }
}
