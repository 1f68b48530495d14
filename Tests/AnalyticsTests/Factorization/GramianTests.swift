import Analytics
import Testing

@Suite("Gramian and fixed blocks")
struct GramianTests {
    @Test("the Gramian agrees with the sum written out", arguments: [1, 4, 7, 18])
    func reference(rank: Int) throws {
        let factors = try FactorMatrix.initial(rows: 0..<333, rank: rank, seed: 41, scale: 1)
        let gramian = Gramian(of: factors)
        #expect(gramian.rows == 333)
        for i in 0..<rank {
            for j in 0..<rank {
                let sum = (0..<333).reduce(0.0) {
                    $0 + Double(factors.values[$1 * rank + i]) * Double(factors.values[$1 * rank + j])
                }
                #expect(abs(gramian[i, j] - sum) <= 1e-12 * Double(333))
            }
        }
    }

    @Test("parts from any shard, added in ascending order, give the bytes of the whole")
    func parts() throws {
        let factors = try FactorMatrix.initial(rows: 0..<500, rank: 9, seed: 42, scale: 1)
        let blocks = RowBlocks(rows: 500)
        #expect(blocks.count > 8)
        let direct = (0..<blocks.count).map { Gramian(partOf: factors, rows: blocks[$0]) }
        // A shard holds only its own rows.
        let moved = (0..<blocks.count).reversed().map { block -> Gramian in
            let own = factors.block(of: blocks[block])
            return Gramian(partOf: own, rows: 0..<own.rows)
        }
        let whole = Gramian(of: factors).serialized()
        #expect(try Gramian(adding: direct).serialized() == whole)
        #expect(try Gramian(adding: moved.reversed()).serialized() == whole)
    }

    @Test("shards cover all rows once with whole blocks and about equal cost", arguments: [1, 2, 7, 8, 64, 1000])
    func shards(count: Int) {
        for rows in [0, 1, 31, 33, 4338, 100_000] {
            let blocks = RowBlocks(rows: rows)
            #expect(blocks.count <= 256)
            let ranges = blocks.shards(count)
            #expect(ranges.count == min(count, blocks.count))
            #expect(ranges.allSatisfy { !$0.isEmpty && $0.lowerBound.isMultiple(of: blocks.rowsPerBlock) })
            #expect(ranges.flatMap { [$0.lowerBound, $0.upperBound] } == boundaries(ranges, rows: rows))
        }
    }

    @Test("costs move the borders of shards")
    func balanced() {
        // The first tenth of the rows costs as much as all others together.
        let ranges = RowBlocks(rows: 32_000).shards(2) { $0 < 3200 ? 9 : 1 }
        #expect(ranges.count == 2 && abs(ranges[0].count - 3200) <= 256)
        #expect(RowBlocks(rows: 640).shards(4) { _ in 0 }.count == 4)
    }

    private func boundaries(_ ranges: [Range<Int>], rows: Int) -> [Int] {
        guard !ranges.isEmpty else { return [] }
        let starts = ranges.map(\.lowerBound)
        return zip(starts, starts.dropFirst() + [rows]).flatMap { [$0, $1] }
    }
}
