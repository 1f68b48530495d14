import Analytics
import Testing

@Suite("K-Means")
struct KMeansTests {
    @Test("planted clusters are found again", arguments: [UInt64(1), 2, 3])
    func planted(seed: UInt64) throws {
        let planted = try PlantedClusters(clusters: 6, pointsEach: 50, columns: 4, seed: seed)
        let model = try kMeans(planted.points, options: KMeansOptions(clusters: 6, seed: seed))
        #expect(planted.isFoundAgain(by: model.labels))
        #expect(model.sizes == [Int](repeating: 50, count: 6))
        #expect(model.converged)
    }

    @Test("inertia never rises from one iteration to the next")
    func inertiaFalls() throws {
        let points = try uniformPoints(rows: 900, columns: 5, seed: 11)
        let model = try kMeans(points, options: KMeansOptions(clusters: 12, restarts: 1, tolerance: 0, seed: 1))
        #expect(model.inertiaByIteration.count > 5)
        for (earlier, later) in zip(model.inertiaByIteration, model.inertiaByIteration.dropFirst()) {
            #expect(later <= earlier * (1 + 1e-6))
        }
        #expect(abs(model.inertia / (model.inertiaByIteration.last ?? 0) - 1) < 1e-5)
    }

    @Test("Lloyd from a given start agrees with ten plain lines in double precision")
    func reference() throws {
        let points = try uniformPoints(rows: 403, columns: 3, seed: 12)
        let start = try PointMatrix(values: Array(points.values[..<27]), columns: 3)
        let model = try kMeans(points, startingFrom: start, maximumIterations: 300)
        let rows = (0..<points.rows).map { points[$0].map(Double.init) }
        var centroids = (0..<9).map { start[$0].map(Double.init) }
        var inertia = Double.infinity
        while true {
            let labels = rows.map { row in
                centroids.indices.min { distance(row, centroids[$0]) < distance(row, centroids[$1]) } ?? 0
            }
            let sum = zip(rows, labels).reduce(0) { $0 + distance($1.0, centroids[$1.1]) }
            if sum >= inertia { break }
            inertia = sum
            for cluster in centroids.indices {
                let members = zip(rows, labels).filter { $0.1 == cluster }.map(\.0)
                centroids[cluster] = (0..<3).map { c in members.reduce(0) { $0 + $1[c] } / Double(members.count) }
            }
        }
        #expect(abs(model.inertia / inertia - 1) < 1e-5)
    }

    @Test("assignment finds the nearest centroid of every point")
    func assignment() throws {
        let points = try uniformPoints(rows: 57, columns: 7, seed: 13)
        let centroids = try uniformPoints(rows: 19, columns: 7, seed: 14)
        let found = try assign(points, to: centroids)
        for row in 0..<points.rows {
            let distances = (0..<19).map { distance(points[row].map(Double.init), centroids[$0].map(Double.init)) }
            let nearest = distances.min() ?? 0
            #expect(abs(distances[Int(found.labels[row])] - nearest) < 1e-5)
            #expect(abs(Double(found.squaredDistances[row]) - nearest) < 1e-5)
        }
        #expect(throws: ClusteringError.self) {
            try assign(points, to: PointMatrix(values: [1] as [Float], columns: 1))
        }
    }

    @Test("the same seed gives the same model, another seed another start")
    func deterministic() throws {
        let points = try uniformPoints(rows: 500, columns: 4, seed: 15)
        let options = KMeansOptions(clusters: 8, restarts: 3, seed: 5)
        #expect(try kMeans(points, options: options) == kMeans(points, options: options))
        var other = options
        other.seed = 6
        #expect(
            try kMeans(points, options: other).inertiaByIteration != kMeans(points, options: options).inertiaByIteration
        )
    }

    @Test("an empty cluster takes the farthest point instead of staying empty")
    func emptyCluster() throws {
        // The third start attracts nobody; the outlier must get it.
        let points = try PointMatrix(values: [0, 0.1, 1, 1.1, 9] as [Float], columns: 1)
        let start = try PointMatrix(values: [0, 1, 1000] as [Float], columns: 1)
        let model = try kMeans(points, startingFrom: start)
        #expect(model.labels == [0, 0, 1, 1, 2])
        #expect(model.sizes == [2, 2, 1])
    }

    @Test("fewer distinct points than clusters gives a cluster for each distinct point")
    func duplicates() throws {
        let points = try PointMatrix(values: [1, 1, 2, 2, 2, 3] as [Float], columns: 1)
        let model = try kMeans(points, options: KMeansOptions(clusters: 5, seed: 1))
        #expect(model.clusters == 3 && model.inertia == 0)
        #expect(model.labels == [1, 1, 0, 0, 0, 2])
        let same = try PointMatrix(values: [Float](repeating: 4, count: 20), columns: 2)
        #expect(try kMeans(same, options: KMeansOptions(clusters: 3, seed: 1)).clusters == 1)
    }

    @Test("impossible options are refused with the way out")
    func badOptions() throws {
        let points = try PointMatrix(values: [1, 2] as [Float], columns: 1)
        #expect(throws: ClusteringError.tooFewPoints(points: 2, clusters: 3)) {
            try kMeans(points, options: KMeansOptions(clusters: 3, seed: 1))
        }
        for options in [
            KMeansOptions(clusters: 0, seed: 1), KMeansOptions(clusters: 1, restarts: 0, seed: 1),
            KMeansOptions(clusters: 1, maximumIterations: 0, seed: 1),
            KMeansOptions(clusters: 1, tolerance: .nan, seed: 1),
        ] {
            #expect(throws: ClusteringError.self) { try kMeans(points, options: options) }
        }
        #expect(ClusteringError.tooFewPoints(points: 2, clusters: 3).description.contains("→"))
    }

    @Test("what the check throws ends the fit")
    func cancelled() throws {
        struct Cancelled: Error {}
        let points = try uniformPoints(rows: 500, columns: 4, seed: 16)
        var calls = 0
        #expect(throws: Cancelled.self) {
            try kMeans(points, options: KMeansOptions(clusters: 8, seed: 5)) {
                calls += 1
                if calls == 4 { throw Cancelled() }
            }
        }
        #expect(calls == 4)
    }
}

/// Points without clusters.
func uniformPoints(rows: Int, columns: Int, seed: UInt64) throws -> PointMatrix {
    var generator = SeededGenerator(seed: seed)
    return try PointMatrix(values: (0..<rows * columns).map { _ in generator.uniform() }, columns: columns)
}

/// Squared Euclidean distance, plainly.
func distance(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
