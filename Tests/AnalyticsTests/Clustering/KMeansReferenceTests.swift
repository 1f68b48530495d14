import Analytics
import Testing

/// What scikit-learn 1.4.2 finds in ``congruentPoints(rows:columns:seed:)`` from the first points as start:
///
/// ```python
/// x = points(rows, columns, seed)
/// m = KMeans(k, init=x[:k], n_init=1, max_iter=1000, tol=0, algorithm="lloyd").fit(x)
/// print(m.inertia_, sorted(np.bincount(m.labels_), reverse=True))
/// ```
struct ScikitLearnFit: CustomTestStringConvertible, Sendable {
    let rows: Int
    let columns: Int
    let seed: UInt64
    let inertia: Double
    let sizes: [Int]

    var testDescription: String { "\(rows) × \(columns), k = \(sizes.count)" }

    static let all = [
        ScikitLearnFit(rows: 400, columns: 2, seed: 1, inertia: 13.427742121878623, sizes: [108, 79, 74, 74, 65]),
        ScikitLearnFit(
            rows: 600, columns: 4, seed: 2, inertia: 77.24275310170223, sizes: [82, 81, 76, 76, 74, 72, 70, 69]),
        ScikitLearnFit(
            rows: 1000, columns: 16, seed: 3, inertia: 946.1745572371206,
            sizes: [74, 63, 56, 54, 53, 53, 51, 51, 51, 51, 50, 48, 48, 45, 44, 43, 42, 42, 41, 40]),
    ]
}

@Suite("K-Means against scikit-learn")
struct KMeansReferenceTests {
    @Test("from the same start it comes to rest where scikit-learn does", arguments: ScikitLearnFit.all)
    func sameStart(expected: ScikitLearnFit) throws {
        let points = try congruentPoints(rows: expected.rows, columns: expected.columns, seed: expected.seed)
        let start = try PointMatrix(
            values: Array(points.values[..<(expected.sizes.count * expected.columns)]), columns: expected.columns)
        let model = try kMeans(points, startingFrom: start, maximumIterations: 1000, threads: 2)
        #expect(model.converged)
        #expect(abs(model.inertia / expected.inertia - 1) < 1e-6)
        #expect(model.sizes == expected.sizes)
    }
}
