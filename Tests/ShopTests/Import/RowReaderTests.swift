import Testing

@testable import Shop

@Suite("CSV reader")
struct RowReaderTests {
    @Test("a file is read batch by batch, and what it breaks on goes to the rejects")
    func batches() async throws {
        var text = "kind,customer,item,at,quantity,price,session,device,order_ref\n"
        for number in 0..<5000 {
            text += number % 100 == 7 ? "view,C1\n" : "view,C1,P\(number),2025-06-01T10:00:00Z,1,,,,\n"
        }
        let file = try TemporaryFile(text.utf8)
        var reader = RowReader(ByteSource(path: file.path, chunkBytes: 4096), format: EventFormat())
        var items: [String] = []
        var rejected: [RejectedRow] = []
        var batches = 0
        var read = 0
        while let batch = try await reader.next() {
            items += batch.rows.map(\.item)
            rejected += batch.rejected
            batches += 1
            #expect(batch.fileBytesRead >= read)
            read = batch.fileBytesRead
        }
        #expect(batches > 10)
        #expect(read == text.utf8.count)
        #expect(items == (0..<5000).filter { $0 % 100 != 7 }.map { "P\($0)" })
        #expect(rejected.map(\.line) == (0..<50).map { $0 * 100 + 9 })
        #expect(rejected.allSatisfy { $0.reason == .fieldCount && $0.text == "view,C1" && $0.file == file.path })
        #expect(try await reader.next() == nil)
    }

    @Test("an error of the file or of its header comes out of the reader")
    func errors() async throws {
        let file = try TemporaryFile("wrong,header\n1,2\n".utf8)
        var reader = RowReader(ByteSource(path: file.path), format: EventFormat())
        await #expect(throws: CSVHeaderError.self) { try await reader.next() }
        let empty = try TemporaryFile([])
        var emptyReader = RowReader(ByteSource(path: empty.path), format: EventFormat())
        await #expect(throws: CSVHeaderError.self) { try await emptyReader.next() }
        var missing = RowReader(ByteSource(path: "/nowhere.csv"), format: EventFormat())
        await #expect(throws: ByteSourceError.self) { try await missing.next() }
    }
}
