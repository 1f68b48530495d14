internal import CKernels
import Synchronization

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

    /// Yᵀ Y of a whole matrix, block by block; the same for any number of threads.
    public init(of factors: FactorMatrix, threads: Int = 1) {
        let blocks = RowBlocks(rows: factors.rows)
        let empty = Gramian(rank: factors.rank, rows: 0, lowerTriangle: Gramian.zeros(factors.rank))
        let parts = Mutex([Gramian?](repeating: nil, count: blocks.count))
        // Nothing in the body throws.
        try? inParallel(threads: threads, pieces: blocks.count) {
        } body: { _, block in
            let part = Gramian(partOf: factors, rows: blocks[block])
            parts.withLock { $0[block] = part }
        }
        self = parts.withLock { $0 }.reduce(empty) { sum, part in part.map { sum.adding($0) } ?? sum }
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
        let width = Kernels.width(rank)
        let sums = AlignedBuffer<Double>(count: width * width)
        let kernels = Kernels.best
        factors.values.withUnsafeBufferPointer { values in
            guard let source = values.baseAddress.map({ $0 + range.lowerBound * rank }) else { return }
            if rank == width {
                kernels.gramian(sums.base, width, source, rank, range.count)
            } else {
                let padded = AlignedBuffer<Float>(count: range.count * width)
                for row in 0..<range.count {
                    (padded.base + row * width).update(from: source + row * rank, count: rank)
                }
                kernels.gramian(sums.base, width, padded.base, width, range.count)
            }
        }
        var lower = Gramian.zeros(rank)
        for i in 0..<rank {
            for j in 0...i { lower[i * (i + 1) / 2 + j] = sums.base[j * width + i] }
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
