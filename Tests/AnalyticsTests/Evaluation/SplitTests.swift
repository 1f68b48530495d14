import Analytics
import Testing

@Suite("Splits")
struct SplitTests {
    private func interactions() throws -> InteractionBlock {
        var generator = SeededGenerator(seed: 71)
        return try randomInteractions(rows: 50, columns: 60, density: 0.15, using: &generator)
    }

    private func isPartition(_ split: InteractionSplit, of block: InteractionBlock) -> Bool {
        (0..<block.rows).allSatisfy { row in
            (split.train.columns(ofRow: row) + split.heldOut.columns(ofRow: row)).sorted()
                == Array(block.columns(ofRow: row))
        }
    }

    @Test("each user with enough gives the share, others nothing")
    func perUser() throws {
        let block = try interactions()
        let split = try block.splitPerUser(share: 0.2, minimum: 5, seed: 3)
        #expect(isPartition(split, of: block))
        for row in 0..<block.rows {
            let length = block.columns(ofRow: row).count
            #expect(split.heldOut.columns(ofRow: row).count == (length < 5 ? 0 : max(1, length / 5)))
        }
        #expect(try block.splitPerUser(share: 0.2, minimum: 5, seed: 3) == split)
        #expect(try block.splitPerUser(share: 0.2, minimum: 5, seed: 4) != split)
        // A user's draws depend on the seed and the user alone.
        let part = try block.block(of: 20..<50).splitPerUser(share: 0.2, minimum: 5, seed: 3)
        #expect(part.heldOut == split.heldOut.block(of: 20..<50))
        #expect(throws: FactorizationError.self) { try block.splitPerUser(share: 1.1, seed: 1) }
        #expect(throws: FactorizationError.self) { try block.splitPerUser(share: .nan, seed: 1) }
    }

    @Test("a time cuts users and items alike; the latest are each user's last")
    func time() throws {
        let block = try interactions()
        let times = block.columns.indices.map { Double(($0 * 37) % 101) }
        let cut = try block.split(times: times, from: 60)
        #expect(isPartition(cut, of: block))
        #expect(cut.heldOut.count == times.count { $0 >= 60 })
        let latest = try block.split(times: times, latest: 2)
        #expect(isPartition(latest, of: block))
        for row in 0..<block.rows where block.columns(ofRow: row).count > 2 {
            let range = block.rowOffsets[row]..<block.rowOffsets[row + 1]
            let last = range.sorted { (times[$0], $0) < (times[$1], $1) }.suffix(2).map { block.columns[$0] }.sorted()
            #expect(Array(latest.heldOut.columns(ofRow: row)) == last)
        }
        #expect(throws: FactorizationError.self) { try block.split(times: [1], from: 0) }
        #expect(throws: FactorizationError.self) { try block.split(times: times, latest: 0) }
    }
}
