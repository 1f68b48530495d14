import Foundation

/// The lines that the script writes to this process: `go`, `allow N`, `stop`.
struct Orders {
    private var lines: AsyncStream<String>.Iterator

    init() {
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        self.lines = lines.makeAsyncIterator()
        // A thread of its own, since reading blocks.
        Thread.detachNewThread {
            while let line = readLine() { continuation.yield(line) }
            continuation.finish()
        }
    }

    /// The next line; nil when the script has closed its end.
    mutating func next() async -> String? { await lines.next() }

    /// Says that this process is ready and waits until it is let go, so that nobody's start-up is measured.
    mutating func waitForGo() async {
        say("up")
        _ = await next()
    }

    /// Waits for the end.
    mutating func waitForStop() async {
        while let line = await next(), line != "stop" {}
    }
}

/// Writes a line at once.
func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

/// Writes a result as one JSON line.
func say(_ result: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = .sortedKeys
    FileHandle.standardOutput.write(try encoder.encode(result) + Data("\n".utf8))
}
