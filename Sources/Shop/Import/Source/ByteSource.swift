import Foundation

/// The text of a file or of standard input in chunks of UTF-8, unpacked if it is gzip.
///
/// Reading, gunzipping and the encoding check run on a thread of their own, never on the cooperative pool; at most
/// `chunksAhead` chunks wait for the consumer. Each iterator reads the file anew. Dropping the iterator, or cancelling
/// the task that waits on it, ends the thread.
///
/// A chunk may end anywhere, also within a line or a character. A UTF-8 byte-order mark is left out.
///
/// - Throws (while iterating): ``ByteSourceError``, or `CancellationError` when the waiting task is cancelled.
public struct ByteSource: AsyncSequence, Sendable {
    /// A piece of the text, and how far the reading has come.
    public struct Chunk: Sendable, Equatable {
        /// Valid UTF-8, apart from a character that the chunk's border may cut.
        public var bytes: [UInt8]
        /// Bytes of the file (before unpacking) read so far.
        public var fileBytesRead: Int
        /// Size of the file in bytes; `nil` for pipes.
        public var fileBytesTotal: Int?
    }

    /// The path, or `-` for standard input.
    public let path: String
    /// What the file is written in.
    public let encoding: TextEncoding
    /// The most bytes of text a chunk holds before conversion; Latin-1 may double it.
    public let chunkBytes: Int
    /// How many chunks may wait for the consumer.
    public let chunksAhead: Int

    /// A source that opens nothing until it is iterated.
    ///
    /// - Parameters:
    ///   - path: a file, or `-` for standard input.
    ///   - encoding: what it is written in.
    ///   - chunkBytes: text bytes per chunk; at least 4 KiB is used.
    ///   - chunksAhead: how many chunks are read ahead of the consumer; at least 1.
    public init(
        path: String, encoding: TextEncoding = .utf8, chunkBytes: Int = 256 * 1024, chunksAhead: Int = 4
    ) {
        self.path = path
        self.encoding = encoding
        self.chunkBytes = Swift.max(4096, chunkBytes)
        self.chunksAhead = Swift.max(1, chunksAhead)
    }

    /// What messages call the source: the path, or `standard input`.
    public var name: String { path == "-" ? "standard input" : path }

    /// Starts the reading thread.
    public func makeAsyncIterator() -> AsyncIterator {
        let handOver = ByteSourceHandOver(depth: chunksAhead)
        let source = self
        Thread.detachNewThread {
            do throws(ByteSourceError) {
                try source.read(until: { handOver.isAbandoned }, deliver: { handOver.send($0) })
                handOver.finish(nil)
            } catch {
                handOver.finish(error)
            }
        }
        return AsyncIterator(reading: Reading(handOver: handOver))
    }

    /// Hands out the chunks in order.
    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        let reading: Reading

        /// The next chunk, or `nil` at the end of the text.
        public func next() async throws -> Chunk? {
            try await reading.handOver.next()
        }
    }

    /// Ends the reading thread when the last copy of the iterator is gone.
    final class Reading: Sendable {
        let handOver: ByteSourceHandOver

        init(handOver: ByteSourceHandOver) {
            self.handOver = handOver
        }

        deinit { handOver.abandon() }
    }
}
