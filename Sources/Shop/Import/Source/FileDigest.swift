internal import Crypto
import Foundation

/// The SHA-256 of a file as it stands on disk; nil for standard input and for pipes, which can be read only once.
///
/// Reads on a thread of its own, so that no thread of the cooperative pool waits for a disk.
func fileDigest(of path: String) async throws -> [UInt8]? {
    guard path != "-" else { return nil }
    return try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(with: Result { try digest(of: path) })
        }
    }
}

private func digest(of path: String) throws -> [UInt8]? {
    var status = stat()
    guard stat(path, &status) == 0 else {
        throw ByteSourceError(file: path, problem: .cannotOpen(String(cString: strerror(errno))))
    }
    // Whatever else is no file is refused by the reading itself.
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    let handle: FileHandle
    do {
        handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    } catch {
        throw ByteSourceError(file: path, problem: .cannotOpen(String(cString: strerror(errno))))
    }
    var hash = SHA256()
    do {
        while let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty {
            hash.update(data: chunk)
        }
    } catch {
        throw ByteSourceError(file: path, problem: .cannotRead("\(error.localizedDescription)"))
    }
    try handle.close()
    return Array(hash.finalize())
}
