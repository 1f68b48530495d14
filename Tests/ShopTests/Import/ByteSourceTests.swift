import Foundation
import Testing

@testable import Shop

@Suite("Byte source")
struct ByteSourceTests {
    private func read(
        _ bytes: [UInt8], encoding: TextEncoding = .utf8, chunkBytes: Int = 4096
    ) async throws -> [UInt8] {
        let file = try TemporaryFile(bytes)
        var text: [UInt8] = []
        for try await chunk in ByteSource(path: file.path, encoding: encoding, chunkBytes: chunkBytes) {
            text += chunk.bytes
        }
        return text
    }

    private func problem(_ bytes: [UInt8], encoding: TextEncoding = .utf8) async throws -> ByteSourceError.Problem? {
        do {
            _ = try await read(bytes, encoding: encoding)
            return nil
        } catch let error as ByteSourceError {
            return error.problem
        }
    }

    @Test("a plain file arrives whole, in chunks that report progress")
    func plain() async throws {
        let bytes = (0..<100_000).map { UInt8(0x20 + $0 % 90) }
        let file = try TemporaryFile(bytes)
        var text: [UInt8] = []
        var last: ByteSource.Chunk?
        for try await chunk in ByteSource(path: file.path, chunkBytes: 4096, chunksAhead: 2) {
            #expect(chunk.bytes.count <= 4096)
            text += chunk.bytes
            last = chunk
        }
        #expect(text == bytes)
        #expect(last?.fileBytesRead == 100_000)
        #expect(last?.fileBytesTotal == 100_000)
    }

    @Test("an empty file gives no chunk")
    func empty() async throws {
        #expect(try await read([]) == [])
    }

    @Test("gzip members that follow each other, and zero padding after them, are one text")
    func gzipMembers() async throws {
        let first = Array("one,two\n".utf8)
        let second = Array("three,four\n".utf8)
        let bytes = gzipMember(first) + gzipMember([]) + gzipMember(second) + [0, 0, 0]
        #expect(try await read(bytes) == first + second)
    }

    @Test("gzip data that unpacks to many chunks arrives whole")
    func gzipExpands() async throws {
        let packed = try #require(Data(base64Encoded: GzipSample.base64))
        let text = try await read(Array(packed))
        #expect(text == Array(String(repeating: "0123456,line\n", count: 40_000).utf8))
    }

    @Test("gzip data cut at any place is a truncation, not a short text", arguments: [12, 40, 200, 700])
    func gzipTruncated(length: Int) async throws {
        let packed = try #require(Data(base64Encoded: GzipSample.base64))
        #expect(try await problem(Array(packed.prefix(length))) == .truncatedGzip)
        #expect(try await problem(gzipMember(Array("abc\n".utf8)).dropLast(3)) == .truncatedGzip)
    }

    @Test("gzip data with a flipped bit is damaged")
    func gzipCorrupt() async throws {
        var bytes = gzipMember(Array("some text\n".utf8))
        bytes[20] ^= 1
        guard case .corruptGzip = try await problem(bytes) else {
            Issue.record("no corruption reported")
            return
        }
        let trailing = gzipMember(Array("abc\n".utf8)) + Array("garbage after the end".utf8)
        guard case .corruptGzip = try await problem(trailing) else {
            Issue.record("no trailing garbage reported")
            return
        }
    }

    @Test("a UTF-8 byte-order mark is left out, plain or packed")
    func mark() async throws {
        #expect(try await read([0xEF, 0xBB, 0xBF, 0x61]) == [0x61])
        #expect(try await read(gzipMember([0xEF, 0xBB, 0xBF, 0x61])) == [0x61])
        #expect(try await read([0x61, 0x62]) == [0x61, 0x62])
    }

    @Test("UTF-16, zero bytes and archives are refused by name")
    func refused() async throws {
        #expect(try await problem([0xFF, 0xFE, 0x61, 0]) == .utf16(line: 1, byteOffset: 0))
        #expect(try await problem([0xFE, 0xFF, 0, 0x61]) == .utf16(line: 1, byteOffset: 0))
        #expect(try await problem(Array("ab\nc".utf8) + [0]) == .zeroByte(line: 2, byteOffset: 4))
        let zip = [0x50, 0x4B, 3, 4, 0, 0, 0, 0] as [UInt8]
        #expect(try await problem(zip) == .unsupportedPacking("a ZIP archive or an Excel workbook"))
    }

    @Test("bytes that are no UTF-8 are named by line and offset, also far into the file")
    func invalidUTF8() async throws {
        let lines = Array(String(repeating: "plain line\n", count: 1000).utf8)
        #expect(try await problem(lines + [0x61, 0xA3, 0x0A]) == .invalidUTF8(line: 1001, byteOffset: 11_001))
        #expect(try await problem(lines + [0xE2, 0x82]) == .invalidUTF8(line: 1001, byteOffset: 11_000))
        #expect(try await problem([0x61, 0xC0, 0xAF]) == .invalidUTF8(line: 1, byteOffset: 1))
        #expect(try await problem([0xED, 0xA0, 0x80]) == .invalidUTF8(line: 1, byteOffset: 0))
        #expect(try await problem([0xF4, 0x90, 0x80, 0x80]) == .invalidUTF8(line: 1, byteOffset: 0))
        #expect(try await problem([0xE0, 0x9F, 0x80]) == .invalidUTF8(line: 1, byteOffset: 0))
    }

    @Test("the check agrees with Swift's own on random bytes, wherever the pieces are cut")
    func randomUTF8() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SampleRandom(seed: seed)
        for _ in 0..<3000 {
            let pieces: [[UInt8]] = [[0x61], Array("é".utf8), Array("漢".utf8), Array("😀".utf8), [0x80], [0xF1]]
            let bytes = (0..<random.int(in: 1...12)).flatMap { _ in
                random.chance(0.95) ? pieces[random.below(4)] : pieces[random.int(in: 4...5)]
            }
            var check = ByteSourceText(file: "f", encoding: .utf8)
            let cut = random.int(in: 0...bytes.count)
            var passed: [UInt8]?
            do throws(ByteSourceError) {
                var text = try check.check(Array(bytes[..<cut]))
                text += try check.check(Array(bytes[cut...]))
                text += try check.finish()
                passed = text
            } catch { passed = nil }
            let expected = String(validating: bytes, as: UTF8.self) == nil ? nil : bytes
            #expect(passed == expected, "seed \(seed), bytes \(bytes), cut \(cut)")
        }
    }

    @Test("Latin-1 becomes UTF-8")
    func latin1() async throws {
        let bytes = Array("caf".utf8) + [0xE9, 0x20, 0xA3, 0x35, 0xFF]
        #expect(try await read(bytes, encoding: .latin1) == Array("café £5ÿ".utf8))
    }

    @Test("a file that is missing or a folder is an error that names it and the way out")
    func unreadable() async throws {
        let missing = ByteSource(path: "/nowhere/items.csv").makeAsyncIterator()
        let error = await #expect(throws: ByteSourceError.self) { try await missing.next() }
        #expect(error?.description.hasPrefix("/nowhere/items.csv: cannot be opened: No such file") == true)
        #expect(error?.description.contains("→") == true)
        let folder = ByteSource(path: FileManager.default.temporaryDirectory.path).makeAsyncIterator()
        let folderError = await #expect(throws: ByteSourceError.self) { try await folder.next() }
        #expect(folderError?.problem == .isDirectory)
    }

    @Test("a cancelled task stops waiting on a silent pipe")
    func cancelled() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("pipe-\(UUID().uuidString)").path
        try #require(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        // Opened for reading and writing, so that opening the pipe does not wait and its end never comes.
        let keeper = open(path, O_RDWR)
        defer { close(keeper) }
        let line = Array("first,line\n".utf8)
        try #require(write(keeper, line, line.count) == line.count)
        let iterator = ByteSource(path: path).makeAsyncIterator()
        #expect(try await iterator.next()?.bytes == line)
        let waiting = Task { try await iterator.next() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    @Test("a reader that is ahead is held back, and let go when nobody takes the rest")
    func bounded() async throws {
        let handOver = ByteSourceHandOver(depth: 2)
        let sent = AsyncStream<Int>.makeStream()
        Thread.detachNewThread {
            for number in 0..<10 {
                handOver.send(.init(bytes: [UInt8(number)], fileBytesRead: number, fileBytesTotal: nil))
                sent.continuation.yield(number)
            }
            sent.continuation.finish()
        }
        #expect(try await handOver.next()?.bytes == [0])
        #expect(try await handOver.next()?.bytes == [1])
        handOver.abandon()
        var count = 0
        for await _ in sent.stream { count += 1 }
        #expect(count == 10)
        await #expect(throws: CancellationError.self) { try await handOver.next() }
    }
}
