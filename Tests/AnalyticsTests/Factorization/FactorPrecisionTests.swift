import Analytics
import Testing

@Suite("Factors in half precision")
struct FactorPrecisionTests {
    @Test("rounding is to 11 bits, and what is rounded stays as it is")
    func rounding() throws {
        let factors = try FactorMatrix(values: [1, 1.0004, 1.0006, -0.1, 65_504, 1e-9, 3e-8, 0], rank: 2)
        let rounded = try factors.rounded(to: .float16)
        #expect(rounded.values == [1, 1, 1.0009765625, -0.0999755859375, 65_504, 0, 5.960464477539063e-08, 0])
        #expect(try rounded.rounded(to: .float16) == rounded)
        #expect(try factors.rounded(to: .float32) == factors)
        let random = try FactorMatrix.initial(rows: 0..<500, rank: 8, seed: 3)
        for (exact, kept) in zip(random.values, try random.rounded(to: .float16).values) where abs(exact) > 6.2e-5 {
            #expect(abs(exact - kept) <= abs(exact) * 0x1p-11)
        }
    }

    @Test("what half precision cannot hold is an error that names the row")
    func overflow() throws {
        let factors = try FactorMatrix(values: [1, 2, 3, 70_000], rank: 2)
        #expect(throws: FactorizationError.notFinite(row: 1)) { try factors.rounded(to: .float16) }
    }

    @Test("bytes are half as many, come back as they were, and are not taken for the other kind")
    func bytes() throws {
        let factors = try FactorMatrix.initial(rows: 0..<9, rank: 5, seed: 4).rounded(to: .float16)
        let half = factors.serialized(as: .float16)
        #expect(half.count == FactorMatrix.serializedHeaderSize + 2 * 45)
        #expect(factors.serialized().count == FactorMatrix.serializedHeaderSize + 4 * 45)
        #expect(try FactorMatrix(serialized: half, as: .float16) == factors)
        #expect(throws: SerializationError.self) { try FactorMatrix(serialized: half) }
        #expect(throws: SerializationError.self) { try FactorMatrix(serialized: Array(half.dropLast(1)), as: .float16) }
        var infinite = half
        infinite[FactorMatrix.serializedHeaderSize + 1] = 0x7C
        infinite[FactorMatrix.serializedHeaderSize] = 0
        #expect(throws: SerializationError.self) { try FactorMatrix(serialized: infinite, as: .float16) }
    }

    @Test("rows cut out of the bytes are the rows", arguments: FactorPrecision.allCases)
    func cutting(precision: FactorPrecision) throws {
        let factors = try FactorMatrix.initial(rows: 0..<9, rank: 5, seed: 4).rounded(to: precision)
        let bytes = factors.serialized(as: precision)
        let first = FactorMatrix.serializedHeaderSize + 3 * 5 * precision.size
        var values: [Float] = [7]
        try FactorMatrix.appendRows(
            Array(bytes[first..<first + 2 * 5 * precision.size]), count: 10, as: precision, to: &values)
        #expect(values == [7] + Array(factors.values[15..<25]))
        #expect(throws: SerializationError.self) {
            try FactorMatrix.appendRows(Array(bytes[first..<first + 9]), count: 10, as: precision, to: &values)
        }
    }

    @Test("a training in half precision ranks nearly as one in single precision, and its factors are rounded")
    func training() throws {
        let tastes = try PlantedTastes(users: 400, items: 120, seed: 5)
        func quality(_ precision: FactorPrecision) throws -> (FactorModel, Double) {
            let model = try trainImplicitALS(
                tastes.train, options: ALSOptions(rank: 16, iterations: 8, precision: precision),
                objective: SolveRowsTests.objectives[0])
            let lists = try topItems(users: model.users, items: model.items, count: 20, excluding: tastes.train)
            return (model, try RankingQuality(of: lists, heldOut: tastes.heldOut, at: 20).meanNDCG)
        }
        let single = try quality(.float32)
        let half = try quality(.float16)
        #expect(half.0 != single.0)
        #expect(try half.0.users.rounded(to: .float16) == half.0.users)
        #expect(try half.0.items.rounded(to: .float16) == half.0.items)
        #expect(abs(half.1 - single.1) < 0.01 * single.1)
    }
}
