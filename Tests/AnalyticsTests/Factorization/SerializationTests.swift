import Analytics
import Testing

@Suite("Bytes of blocks, factors and Gramians")
struct SerializationTests {
    @Test("everything comes back as it was")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 61)
        let block = try randomInteractions(rows: 50, columns: 20, density: 0.2, using: &generator).block(of: 3..<40)
        #expect(try InteractionBlock(serialized: block.serialized()) == block)
        let factors = try FactorMatrix.initial(rows: 5..<60, rank: 7, seed: 62)
        #expect(try FactorMatrix(serialized: factors.serialized()) == factors)
        #expect(try Gramian(serialized: Gramian(of: factors).serialized()) == Gramian(of: factors))
    }

    @Test("the format is little-endian and fixed")
    func format() throws {
        let factors = try FactorMatrix(values: [1, -2], rank: 2)
        let header: [UInt8] = [0x4D, 0x46, 0x41, 0x43, 1, 0, 0, 0]
        let sizes: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]
        #expect(factors.serialized() == header + sizes + [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
    }

    @Test("cut, prolonged, foreign and newer bytes are refused")
    func damaged() throws {
        var generator = SeededGenerator(seed: 63)
        let block = try randomInteractions(rows: 6, columns: 5, density: 0.5, using: &generator).serialized()
        let factors = try FactorMatrix.initial(rows: 0..<4, rank: 3, seed: 64)
        let gramian = Gramian(of: factors).serialized()
        for length in 0..<block.count {
            #expect(throws: SerializationError.self) { try InteractionBlock(serialized: Array(block[..<length])) }
        }
        #expect(throws: SerializationError.self) { try InteractionBlock(serialized: block + [0]) }
        #expect(throws: SerializationError.self) { try FactorMatrix(serialized: gramian) }
        #expect(throws: SerializationError.self) { try Gramian(serialized: Array(gramian.dropLast(8))) }
        var newer = factors.serialized()
        newer[4] = 2
        #expect(throws: SerializationError.unknownVersion(2)) { try FactorMatrix(serialized: newer) }
    }

    @Test("no single damaged byte crashes the reader or yields an invalid block")
    func fuzz() throws {
        var generator = SeededGenerator(seed: 65)
        let block = try randomInteractions(rows: 6, columns: 5, density: 0.5, using: &generator)
        let factors = try FactorMatrix.initial(rows: 0..<4, rank: 3, seed: 64)
        for original in [block.serialized(), factors.serialized(), Gramian(of: factors).serialized()] {
            for position in original.indices {
                for value in [UInt8(0), 0x7F, 0x80, 0xFF] {
                    var bytes = original
                    bytes[position] = value
                    if let read = accepted({ try InteractionBlock(serialized: bytes) }) {
                        let again = try InteractionBlock(
                            firstRow: read.firstRow, columnCount: read.columnCount, rowOffsets: read.rowOffsets,
                            columns: read.columns, values: read.values)
                        #expect(again == read)
                    }
                    if let read = accepted({ try FactorMatrix(serialized: bytes) }) {
                        #expect(read.values.allSatisfy { $0.isFinite })
                    }
                    if let read = accepted({ try Gramian(serialized: bytes) }) {
                        #expect(read.lowerTriangle.allSatisfy { $0.isFinite })
                    }
                }
            }
        }
    }

    /// The value, or nothing when the bytes were refused with the right kind of error.
    private func accepted<Value>(_ read: () throws -> Value) -> Value? {
        do {
            return try read()
        } catch {
            #expect(error is SerializationError)
            return nil
        }
    }
}
