/// Factors of a run of rows, `rows × rank`, row-major, single precision; every value is finite.
public struct FactorMatrix: Sendable, Equatable {
    /// The numbers, row-major.
    public let values: [Float]
    /// The number of rows.
    public let rows: Int
    /// The number of factors of a row, at least 1.
    public let rank: Int

    /// Takes factors after checking them.
    ///
    /// - Throws: ``FactorizationError`` when the rank is not positive, the last row is not full, or a value is NaN or
    ///   infinite.
    public init(values: [Float], rank: Int) throws(FactorizationError) {
        guard rank > 0, values.count.isMultiple(of: rank) else {
            throw .mismatch("\(values.count) values do not fill rows of rank \(rank)")
        }
        if let bad = values.firstIndex(where: { !$0.isFinite }) { throw .notFinite(row: bad / rank) }
        self.init(unchecked: values, rank: rank)
    }

    /// Joins blocks of rows in the order given.
    ///
    /// - Throws: ``FactorizationError/mismatch(_:)`` when the ranks differ or there is no block.
    public init(joining blocks: [FactorMatrix]) throws(FactorizationError) {
        guard let rank = blocks.first?.rank, blocks.allSatisfy({ $0.rank == rank }) else {
            throw .mismatch("blocks of ranks \(blocks.map(\.rank))")
        }
        var values: [Float] = []
        values.reserveCapacity(blocks.reduce(0) { $0 + $1.values.count })
        for block in blocks { values.append(contentsOf: block.values) }
        self.init(unchecked: values, rank: rank)
    }

    init(unchecked values: [Float], rank: Int) {
        self.values = values
        self.rank = rank
        rows = values.count / rank
    }

    /// The factors of one row.
    public subscript(row: Int) -> ArraySlice<Float> { values[row * rank..<(row + 1) * rank] }

    /// A run of rows as a matrix of its own.
    public func block(of range: Range<Int>) -> FactorMatrix {
        FactorMatrix(unchecked: Array(values[range.lowerBound * rank..<range.upperBound * rank]), rank: rank)
    }

    /// Random factors to start from; a row depends on the seed and its own index only, so that any block can be drawn
    /// alone.
    ///
    /// - Parameters:
    ///   - rows: indices in the whole matrix.
    ///   - rank: factors per row.
    ///   - seed: of the whole matrix; use another for the other side.
    ///   - scale: each factor is drawn from N(0, (scale / √rank)²).
    /// - Throws: ``FactorizationError/invalidSetting(_:)`` when rank or scale is not positive, or a row is negative.
    /// - Source: Rendle et al. 2021, §4 (scale 0.1).
    public static func initial(
        rows: Range<Int>, rank: Int, seed: UInt64, scale: Double = 0.1
    ) throws(FactorizationError) -> FactorMatrix {
        guard rank > 0, scale > 0, scale.isFinite, rows.lowerBound >= 0 else {
            throw .invalidSetting("initial factors of rank \(rank), scale \(scale), rows \(rows)")
        }
        let deviation = scale / Double(rank).squareRoot()
        var values: [Float] = []
        values.reserveCapacity(rows.count * rank)
        for row in rows {
            var generator = SeededGenerator(seed: seed, stream: UInt64(row))
            for _ in 0..<rank { values.append(Float(generator.normal(standardDeviation: deviation))) }
        }
        return FactorMatrix(unchecked: values, rank: rank)
    }
}
