import Analytics
import CKernels
import Testing

/// Numbers for kernels and what they should make of them, written out plainly in double precision.
struct KernelReference {
    let width: Int
    let rows: Int
    let values: [Float]
    let columns: [Int32]

    init(width: Int, rows: Int, seed: UInt64) {
        self.width = width
        self.rows = rows
        var generator = SeededGenerator(seed: seed)
        values = (0..<rows * width).map { _ in Float(generator.normal(standardDeviation: 0.3)) }
        columns = (0..<rows).map { _ in Int32(generator.integer(below: rows)) }
    }

    func row(_ index: Int) -> [Double] { values[index * width..<(index + 1) * width].map(Double.init) }

    /// Σ y yᵀ + shift I over all rows.
    func gram(shift: Double) -> [[Double]] {
        var sum = (0..<width).map { i in (0..<width).map { $0 == i ? shift : 0.0 } }
        for index in 0..<rows {
            let y = row(index)
            for i in 0..<width { for j in 0..<width { sum[i][j] += y[i] * y[j] } }
        }
        return sum
    }

    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

    /// Σ_p (t_p − w_p y_p·x) y_p over the gathered rows.
    func rowProducts(targets: [Float], weights: [Float], x: [Float]) -> [Double] {
        var sum = [Double](repeating: 0, count: width)
        for (p, column) in columns.enumerated() {
            let y = row(Int(column))
            let coefficient = Double(targets[p]) - Double(weights[p]) * dot(y, x.map(Double.init))
            for i in 0..<width { sum[i] += coefficient * y[i] }
        }
        return sum
    }
}

/// The variants that this processor can run.
let kernelVariants = (0..<3).filter { ck_variant(Int32($0)) != nil }

func kernels(_ variant: Int) throws -> ck_kernels { try #require(ck_variant(Int32(variant))).pointee }
