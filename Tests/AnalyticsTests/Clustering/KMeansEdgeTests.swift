import Analytics
import Testing

@Suite("K-Means at the edges")
struct KMeansEdgeTests {
    @Test("no points, too few points and NaN are refused", arguments: [KMeansOptions.Start.plusPlus, .parallel])
    func refused(start: KMeansOptions.Start) throws {
        let none = try PointMatrix(values: [] as [Float], columns: 3)
        #expect(throws: ClusteringError.tooFewPoints(points: 0, clusters: 1)) {
            try kMeans(none, options: KMeansOptions(clusters: 1, seed: 1, start: start))
        }
        #expect(throws: StatisticsError.notFinite(row: 1, column: 0)) {
            try PointMatrix(values: [0, 1, .nan, 2] as [Float], columns: 2)
        }
        #expect(throws: StatisticsError.notFinite(row: 0, column: 1)) {
            try PointMatrix(values: [0, -.infinity, 1, 2] as [Float], columns: 2)
        }
        let huge = try PointMatrix(values: [0, 1, 1e17, 2] as [Float], columns: 2)
        #expect(throws: ClusteringError.tooLarge(row: 1)) {
            try kMeans(huge, options: KMeansOptions(clusters: 1, seed: 1, start: start))
        }
        #expect(throws: ClusteringError.tooLarge(row: 1)) {
            try assign(huge, to: PointMatrix(values: [0, 1] as [Float], columns: 2))
        }
    }

    @Test("equal points give one cluster", arguments: [KMeansOptions.Start.plusPlus, .parallel])
    func equalPoints(start: KMeansOptions.Start) throws {
        let same = try PointMatrix(values: [Float](repeating: 0.1, count: 5000), columns: 1)
        let model = try kMeans(
            same, options: KMeansOptions(clusters: 4, restarts: 2, seed: 1, start: start), threads: 2)
        #expect(model.clusters == 1 && model.inertia == 0 && model.sizes == [5000])
    }

    @Test("one dimension and as many clusters as points", arguments: [KMeansOptions.Start.plusPlus, .parallel])
    func oneDimension(start: KMeansOptions.Start) throws {
        let points = try PointMatrix(values: (0..<40).map { Float($0 * $0) }, columns: 1)
        let model = try kMeans(points, options: KMeansOptions(clusters: 40, restarts: 1, seed: 1, start: start))
        #expect(model.clusters == 40 && model.inertia == 0)
        let single = try PointMatrix(values: [7] as [Float], columns: 1)
        #expect(try kMeans(single, options: KMeansOptions(clusters: 1, seed: 1, start: start)).centroids == single)
    }

    @Test("few distinct points among many give one cluster each", arguments: [KMeansOptions.Start.plusPlus, .parallel])
    func fewDistinct(start: KMeansOptions.Start) throws {
        let points = try PointMatrix(values: (0..<9000).map { Float($0 % 3) }, columns: 1)
        let model = try kMeans(points, options: KMeansOptions(clusters: 8, restarts: 1, seed: 3, start: start))
        #expect(model.sizes == [3000, 3000, 3000] && model.inertia == 0)
    }

    @Test("centroids that nobody is near to are filled one after the other")
    func manyEmpty() throws {
        let points = try congruentPoints(rows: 200, columns: 2, seed: 8)
        let start = try PointMatrix(
            values: [0.5, 0.5] + (1..<10).flatMap { [Float(1000 * $0), 0] as [Float] }, columns: 2)
        let model = try kMeans(points, startingFrom: start)
        #expect(model.clusters == 10 && model.converged)
        #expect(model.sizes.reduce(0, +) == 200)
        for (earlier, later) in zip(model.inertiaByIteration, model.inertiaByIteration.dropFirst()) {
            #expect(later <= earlier * (1 + 1e-6))
        }
    }
}
