import Analytics
import CKernels
import Testing

@Suite("Kernels")
struct KernelTests {
    private let reference = KernelReference(width: 48, rows: 90, seed: 11)

    @Test(
        "a rank update, its Cholesky factor and its solution agree with dense double precision",
        arguments: kernelVariants)
    func normalEquations(variant: Int) throws {
        let kernels = try kernels(variant)
        let width = reference.width
        let stride = width + 16
        var a = [Float](repeating: 0, count: width * stride)
        for i in 0..<width {
            a[i * stride + i] = 2
            a[i * stride + width] = Float(i % 5) - 2
        }
        kernels.rank_update(
            &a, stride, width, reference.values, reference.values, width, reference.rows, nil, 0, nil, 0)
        let dense = reference.gram(shift: 2)
        for i in 0..<width {
            for j in i..<width { #expect(abs(Double(a[i * stride + j]) - dense[i][j]) < 1e-4) }
        }
        var inverse = [Float](repeating: 0, count: width)
        #expect(kernels.cholesky(&a, stride, width, 16, &inverse))
        // The extra column holds U⁻ᵀ b already; solving forward must give the same.
        var forward = (0..<width).map { Float($0 % 5) - 2 }
        kernels.solve_forward(a, stride, width, inverse, &forward)
        for i in 0..<width { #expect(abs(forward[i] - a[i * stride + width]) < 1e-5) }
        kernels.solve_backward(a, stride, width, inverse, &forward)
        for i in 0..<width {
            let image = reference.dot(dense[i], forward.map(Double.init))
            #expect(abs(image - Double(i % 5 - 2)) < 1e-4)
        }
    }

    @Test("a matrix that is not positive definite is refused", arguments: kernelVariants)
    func indefinite(variant: Int) throws {
        let kernels = try kernels(variant)
        for bad in [0, -1, Float.nan, .infinity] {
            for place in [0, 9, 15] {
                var a = [Float](repeating: 0, count: 16 * 16)
                for i in 0..<16 { a[i * 16 + i] = i == place ? bad : 1 }
                var inverse = [Float](repeating: 0, count: 16)
                #expect(!kernels.cholesky(&a, 16, 16, 0, &inverse), "\(bad) at \(place)")
            }
        }
    }

    @Test("sums over gathered rows agree with double precision", arguments: kernelVariants)
    func rowProducts(variant: Int) throws {
        let kernels = try kernels(variant)
        let width = reference.width
        let targets = (0..<reference.rows).map { Float($0 % 7) / 7 }
        let weights = (0..<reference.rows).map { Float($0 % 3) - 0.5 }
        let x = (0..<width).map { Float($0 % 4) / 4 }
        let expected = reference.rowProducts(targets: targets, weights: weights, x: x)
        var single = [Double](repeating: 1, count: width)
        kernels.row_products(
            &single, reference.values, width, width, reference.columns, targets, weights, x, reference.rows)
        var double = [Double](repeating: 1, count: width)
        kernels.row_products_double(
            &double, reference.values, width, width, reference.columns, targets, weights, x.map(Double.init),
            reference.rows)
        let size = expected.map(abs).max() ?? 0
        for i in 0..<width {
            #expect(abs(single[i] - 1 - expected[i]) < 1e-5 * size)
            #expect(abs(double[i] - 1 - expected[i]) < 1e-12 * size)
        }
        // Without targets, weights and x every row counts once.
        var plain = [Double](repeating: 0, count: width)
        kernels.row_products(&plain, reference.values, width, width, reference.columns, nil, nil, nil, reference.rows)
        let ones = [Float](repeating: 1, count: reference.rows)
        let zeros = [Float](repeating: 0, count: reference.rows)
        let sums = reference.rowProducts(targets: ones, weights: zeros, x: x)
        for i in 0..<width { #expect(abs(plain[i] - sums[i]) < 1e-5 * (sums.map(abs).max() ?? 0)) }
        var dots = [Float](repeating: 0, count: reference.rows)
        kernels.row_dots(&dots, reference.values, width, width, reference.columns, x, reference.rows)
        for (p, column) in reference.columns.enumerated() {
            let value = reference.dot(reference.row(Int(column)), x.map(Double.init))
            #expect(abs(Double(dots[p]) - value) < 1e-5 * size)
        }
    }

    @Test("Gramians and dense products in double precision are right", arguments: kernelVariants)
    func doubleProducts(variant: Int) throws {
        let kernels = try kernels(variant)
        let width = reference.width
        var sums = [Double](repeating: 0, count: width * width)
        kernels.gramian(&sums, width, reference.values, width, reference.rows)
        let dense = reference.gram(shift: 0)
        for i in 0..<width { for j in i..<width { #expect(abs(sums[i * width + j] - dense[i][j]) < 1e-12) } }
        let left = reference.values.map(Double.init)
        var c = [Double](repeating: 5, count: width * width)
        kernels.subtract_product_double(&c, width, left, width, left, width, 40, width, reference.rows)
        for i in 0..<width {
            for j in 0..<width {
                #expect(abs(c[i * width + j] - (i < 40 ? 5 - dense[i][j] : 5)) < 1e-12)
            }
        }
    }

    @Test("variants with fused multiply-add give the same bytes, the plain one to single precision")
    func variantsAgree() throws {
        let width = reference.width
        let x = (0..<width).map { Float($0 % 4) / 4 }
        func run(_ variant: Int) throws -> (exact: [UInt32], values: [Float]) {
            let kernels = try kernels(variant)
            var values: [Float] = [kernels.dot(x, reference.values, width)]
            var a = [Float](repeating: 0, count: width * width)
            for i in 0..<width { a[i * width + i] = 3 }
            var solution = x
            var scratch = [Float](repeating: 0, count: 6 * width)
            values.append(
                kernels.conjugate_gradient(
                    &solution, a, 0.5, reference.values, width, width, reference.columns, nil, nil, reference.rows, 0,
                    3, &scratch))
            values += solution
            kernels.rank_update(
                &a, width, width, reference.values, reference.values, width, reference.rows, nil, 0, nil, 0)
            var inverse = [Float](repeating: 0, count: width)
            #expect(kernels.cholesky(&a, width, width, 0, &inverse))
            var b = x
            kernels.solve_forward(a, width, width, inverse, &b)
            kernels.solve_backward(a, width, width, inverse, &b)
            values += a + inverse + b
            var (u, i, j) = (x, Array(reference.values[..<width]), Array(reference.values[width..<2 * width]))
            kernels.pairwise_step(&u, &i, &j, width, 0.3, 0.1, 0.01)
            values += u + i + j
            return (values.map(\.bitPattern), values)
        }
        let plain = try run(0)
        let fused = try kernelVariants.dropFirst().map(run)
        for other in fused {
            #expect(other.exact == fused[0].exact)
            for (a, b) in zip(plain.values, other.values) { #expect(abs(a - b) <= 1e-4 * max(1, abs(a))) }
        }
    }
}
