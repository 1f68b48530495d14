/// Yᵀ Y of factors Y, in double precision: `rank × rank`, symmetric, kept as the packed lower triangle.
///
/// Sums are formed per fixed block (``RowBlocks``) and added in ascending block order, whoever computes the parts:
///
/// ```swift
/// let blocks = RowBlocks(rows: items.rows)
/// let parts = (0..<blocks.count).map { Gramian(partOf: items, rows: blocks[$0]) }   // anywhere, in any order
/// let gramian = try Gramian(adding: parts)                                          // in ascending order
/// ```
public struct Gramian: Sendable, Equatable {
    /// Order of the matrix.
    public let rank: Int
    /// How many rows of Y were summed.
    public let rows: Int
    /// Row `i` of the lower triangle starts at `i (i + 1) / 2` and has `i + 1` elements.
    public let lowerTriangle: [Double]

    /// Element (i, j).
    public subscript(i: Int, j: Int) -> Double {
        i >= j ? lowerTriangle[i * (i + 1) / 2 + j] : lowerTriangle[j * (j + 1) / 2 + i]
    }

    /// Yᵀ Y of a whole matrix, block by block.
    public init(of factors: FactorMatrix) {
        let blocks = RowBlocks(rows: factors.rows)
        var sum = Gramian(rank: factors.rank, rows: 0, lowerTriangle: Gramian.zeros(factors.rank))
        for block in 0..<blocks.count { sum = sum.adding(Gramian(partOf: factors, rows: blocks[block])) }
        self = sum
    }

    /// Adds the parts of consecutive blocks in the order given, which must be ascending to be reproducible.
    ///
    /// - Throws: ``FactorizationError/mismatch(_:)`` when the ranks differ or there is no part.
    public init(adding parts: [Gramian]) throws(FactorizationError) {
        guard let rank = parts.first?.rank, parts.allSatisfy({ $0.rank == rank }) else {
            throw .mismatch("Gramian parts of ranks \(parts.map(\.rank))")
        }
        self = parts.reduce(Gramian(rank: rank, rows: 0, lowerTriangle: Gramian.zeros(rank))) { $0.adding($1) }
    }

    /// The part of one fixed block: Σ of y yᵀ over the rows in ascending order, each product exact in double precision.
    ///
    /// - Parameters:
    ///   - factors: the matrix that holds the rows.
    ///   - range: rows of `factors`.
    public init(partOf factors: FactorMatrix, rows range: Range<Int>) {
        let rank = factors.rank
        let width = (rank + 3) & ~3
        let panel = AlignedBuffer<Double>(count: range.count * width)
        for (position, row) in range.enumerated() {
            for column in 0..<rank {
                panel.base[position * width + column] = Double(factors.values[row * rank + column])
            }
        }
        var lower = Gramian.zeros(rank)
        for i in stride(from: 0, to: rank, by: 4) {
            for j in stride(from: 0, through: i, by: 4) {
                let tile = tileProduct(
                    left: panel.base + i, leftStride: width, right: panel.base + j, rightStride: width,
                    depth: range.count)
                for (r, vector) in [tile.0, tile.1, tile.2, tile.3].enumerated() where i + r < rank {
                    for lane in 0..<4 where j + lane <= i + r {
                        lower[(i + r) * (i + r + 1) / 2 + j + lane] = vector[lane]
                    }
                }
            }
        }
        self.init(rank: rank, rows: range.count, lowerTriangle: lower)
    }

    init(rank: Int, rows: Int, lowerTriangle: [Double]) {
        self.rank = rank
        self.rows = rows
        self.lowerTriangle = lowerTriangle
    }

    private static func zeros(_ rank: Int) -> [Double] { [Double](repeating: 0, count: rank * (rank + 1) / 2) }

    private func adding(_ other: Gramian) -> Gramian {
        Gramian(
            rank: rank, rows: rows + other.rows, lowerTriangle: zip(lowerTriangle, other.lowerTriangle).map { $0 + $1 })
    }

    /// Little-endian bytes for a `bytea` column: `MGRM`, version 1, rank and rows as 64-bit counts, the lower triangle
    /// as Float64.
    public func serialized() -> [UInt8] {
        var writer = ByteWriter(kind: "MGRM", capacity: 16 + 8 * lowerTriangle.count)
        writer.append(rank)
        writer.append(rows)
        writer.append(lowerTriangle)
        return writer.bytes
    }

    /// Reads ``serialized()`` back.
    ///
    /// - Throws: ``SerializationError`` when the bytes are cut, of another kind, or hold NaN or infinity.
    public init(serialized bytes: [UInt8]) throws(SerializationError) {
        var reader = try ByteReader(bytes, kind: "MGRM", name: "Gramian")
        let rank = try reader.count()
        let rows = try reader.count()
        guard rank > 0, rank < Int(Int32.max) else { throw .invalidContent("a Gramian of rank \(rank)") }
        let lower = try reader.doubles(rank * (rank + 1) / 2)
        try reader.finish()
        guard lower.allSatisfy(\.isFinite) else { throw .invalidContent("a Gramian with NaN or infinity") }
        self.init(rank: rank, rows: rows, lowerTriangle: lower)
    }
}
