import Foundation

extension ByteSource {
    /// Reads the whole source on the calling thread: file → gunzip → encoding check → `deliver`.
    ///
    /// - Parameters:
    ///   - isAbandoned: asked between reads; `true` ends the reading early and quietly.
    ///   - deliver: takes the chunks in order; never an empty one.
    func read(
        until isAbandoned: () -> Bool = { false }, deliver: (Chunk) -> Void
    ) throws(ByteSourceError) {
        let descriptor = try open()
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        let total = try size(of: descriptor)

        var text = ByteSourceText(file: name, encoding: encoding)
        var bytesRead = 0
        func pass(_ bytes: consuming [UInt8]) throws(ByteSourceError) {
            let checked = try text.check(bytes)
            guard !checked.isEmpty else { return }
            deliver(Chunk(bytes: checked, fileBytesRead: bytesRead, fileBytesTotal: total))
        }

        var block = try readBlock(descriptor, atLeast: ByteSourcePacking.longestMagic, until: isAbandoned)
        bytesRead += block.count
        switch ByteSourcePacking(beginning: block) {
        case .other(let kind):
            throw ByteSourceError(file: name, problem: .unsupportedPacking(kind))
        case .none:
            while !block.isEmpty {
                try pass(block)
                block = try readBlock(descriptor, atLeast: 1, until: isAbandoned)
                bytesRead += block.count
            }
        case .gzip:
            let inflater = try GzipInflater(file: name, chunkBytes: chunkBytes)
            while !block.isEmpty {
                try inflater.inflate(block, deliver: pass)
                if isAbandoned() { return }
                block = try readBlock(descriptor, atLeast: 1, until: isAbandoned)
                bytesRead += block.count
            }
            if isAbandoned() { return }
            try inflater.finish()
        }
        if isAbandoned() { return }
        let rest = try text.finish()
        if !rest.isEmpty { deliver(Chunk(bytes: rest, fileBytesRead: bytesRead, fileBytesTotal: total)) }
    }

    private func open() throws(ByteSourceError) -> Int32 {
        if path == "-" { return STDIN_FILENO }
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ByteSourceError(file: name, problem: .cannotOpen(words(errno))) }
        return descriptor
    }

    private func size(of descriptor: Int32) throws(ByteSourceError) -> Int? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw ByteSourceError(file: name, problem: .cannotRead(words(errno)))
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: throw ByteSourceError(file: name, problem: .isDirectory)
        case S_IFREG: return Int(status.st_size)
        default: return nil
        }
    }

    /// Reads until `atLeast` bytes are there, the chunk is full or the source ends; empty means the end.
    ///
    /// Waits in slices, so that a silent pipe does not hold an abandoned thread.
    private func readBlock(
        _ descriptor: Int32, atLeast: Int, until isAbandoned: () -> Bool
    ) throws(ByteSourceError) -> [UInt8] {
        let sliceMilliseconds: Int32 = 100
        var filled = 0
        var failure: Int32 = 0
        let block = [UInt8](unsafeUninitializedCapacity: chunkBytes) { buffer, count in
            while filled < atLeast {
                if isAbandoned() {
                    filled = 0
                    break
                }
                var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard poll(&request, 1, sliceMilliseconds) != 0 else { continue }
                let got = Foundation.read(descriptor, buffer.baseAddress.map { $0 + filled }, chunkBytes - filled)
                if got < 0 {
                    if errno == EINTR || errno == EAGAIN { continue }
                    failure = errno
                    break
                }
                if got == 0 { break }
                filled += got
            }
            count = filled
        }
        guard failure == 0 else { throw ByteSourceError(file: name, problem: .cannotRead(words(failure))) }
        return block
    }

    private func words(_ code: Int32) -> String { String(cString: strerror(code)) }
}
