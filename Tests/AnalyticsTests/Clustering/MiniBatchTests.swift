import Analytics
import Testing

@Suite("Mini-batch K-Means")
struct MiniBatchTests {
    private func batches(_ points: PointMatrix, of size: Int) throws -> [PointMatrix] {
        try stride(from: 0, to: points.rows, by: size).map { first in
            let range = first * points.columns..<min(points.rows, first + size) * points.columns
            return try PointMatrix(values: Array(points.values[range]), columns: points.columns)
        }
    }

    private func inertia(_ points: PointMatrix, _ centroids: PointMatrix) throws -> Double {
        try assign(points, to: centroids).squaredDistances.reduce(0) { $0 + Double($1) }
    }

    @Test("its inertia is near that of K-Means on all points, and the same on any number of threads")
    func nearFull() throws {
        let points = try uniformPoints(rows: 40_000, columns: 4, seed: 51)
        let options = KMeansOptions(clusters: 20, restarts: 2, seed: 1)
        let whole = try kMeans(points, options: options, threads: 2)
        var alone = MiniBatchKMeans(options: options)
        var together = MiniBatchKMeans(options: options, threads: 3)
        for _ in 0..<2 {
            for batch in try batches(points, of: 1500) {
                try alone.show(batch)
                try together.show(batch)
            }
        }
        let centroids = try alone.finish()
        #expect(try inertia(points, centroids) < 1.03 * whole.inertia)
        #expect(try together.finish() == centroids)
        #expect(alone.points == 80_000 && alone.counts.reduce(0, +) == 80_000)
    }

    @Test("planted clusters are found from batches")
    func planted() throws {
        let planted = try PlantedClusters(clusters: 5, pointsEach: 400, columns: 6, seed: 52)
        var clustering = MiniBatchKMeans(options: KMeansOptions(clusters: 5, seed: 2))
        for batch in try batches(planted.points, of: 130) { try clustering.show(batch) }
        let labels = try assign(planted.points, to: clustering.finish()).labels
        #expect(planted.isFoundAgain(by: labels))
    }

    @Test("small and empty batches are gathered; what is too little is K-Means on all of it")
    func gathered() throws {
        let points = try uniformPoints(rows: 30, columns: 2, seed: 53)
        let options = KMeansOptions(clusters: 4, seed: 3)
        var clustering = MiniBatchKMeans(options: options)
        for batch in try batches(points, of: 7) { try clustering.show(batch) }
        try clustering.show(PointMatrix(values: [] as [Float], columns: 2))
        #expect(clustering.counts.isEmpty && clustering.points == 30)
        #expect(try clustering.finish() == kMeans(points, options: options).centroids)
        try clustering.show(points)
        #expect(clustering.counts.reduce(0, +) == 60)
    }

    @Test("no points, other columns and options that make no sense are refused, and change nothing")
    func refused() throws {
        var clustering = MiniBatchKMeans(options: KMeansOptions(clusters: 2, seed: 3))
        #expect(throws: ClusteringError.tooFewPoints(points: 0, clusters: 2)) { try clustering.finish() }
        try clustering.show(PointMatrix(values: [1, 2] as [Float], columns: 2))
        #expect(throws: ClusteringError.tooFewPoints(points: 1, clusters: 2)) { try clustering.finish() }
        #expect(throws: ClusteringError.self) { try clustering.show(PointMatrix(values: [1] as [Float], columns: 1)) }
        #expect(clustering.points == 1)
        try clustering.show(uniformPoints(rows: 50, columns: 2, seed: 54))
        let before = try clustering.finish()
        #expect(throws: ClusteringError.tooLarge(row: 0)) {
            try clustering.show(PointMatrix(values: [1e20, 0] as [Float], columns: 2))
        }
        #expect(try clustering.finish() == before && clustering.points == 51)
        var none = MiniBatchKMeans(options: KMeansOptions(clusters: 0, seed: 3))
        #expect(throws: ClusteringError.self) { try none.show(PointMatrix(values: [1] as [Float], columns: 1)) }
    }
}
