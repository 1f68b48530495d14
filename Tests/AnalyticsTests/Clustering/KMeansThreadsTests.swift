import Analytics
import Testing

@Suite("K-Means on threads")
struct KMeansThreadsTests {
    @Test(
        "any number of threads gives the same bytes",
        arguments: [KMeansOptions.Start.plusPlus, .parallel], [2, 3, 8])
    func threads(start: KMeansOptions.Start, threads: Int) throws {
        // More than one block, not a multiple of anything.
        let points = try uniformPoints(rows: 30_011, columns: 5, seed: 31)
        let options = KMeansOptions(
            clusters: 17, restarts: 2, maximumIterations: 12, tolerance: 0, seed: 9, start: start)
        let alone = try kMeans(points, options: options)
        let together = try kMeans(points, options: options, threads: threads)
        #expect(together == alone)
        #expect(together.inertia.bitPattern == alone.inertia.bitPattern)
        #expect(together.centroids.values.map(\.bitPattern) == alone.centroids.values.map(\.bitPattern))
        let assigned = try assign(points, to: alone.centroids, threads: threads)
        #expect(try assigned == assign(points, to: alone.centroids))
    }

    @Test("bounds leave out no change: each iteration's inertia is that of plain assignment and means")
    func bounds() throws {
        let points = try uniformPoints(rows: 6000, columns: 3, seed: 32)
        var centroids = try PointMatrix(values: Array(points.values[..<90]), columns: 3)
        let model = try kMeans(points, startingFrom: centroids, maximumIterations: 25)
        #expect(model.inertiaByIteration.count == 26)
        for inertia in model.inertiaByIteration {
            let found = try assign(points, to: centroids)
            let plain = found.squaredDistances.reduce(0) { $0 + Double($1) }
            #expect(abs(inertia / plain - 1) < 1e-6)
            var sums = [Double](repeating: 0, count: 90)
            var sizes = [Double](repeating: 0, count: 30)
            for (row, label) in found.labels.enumerated() {
                sizes[Int(label)] += 1
                for column in 0..<3 { sums[Int(label) * 3 + column] += Double(points.values[row * 3 + column]) }
            }
            centroids = try PointMatrix(values: sums.indices.map { Float(sums[$0] / sizes[$0 / 3]) }, columns: 3)
        }
    }

    @Test("k-means‖ starts about as well as k-means++", arguments: [UInt64(1), 2, 3])
    func scalableStart(seed: UInt64) throws {
        let planted = try PlantedClusters(clusters: 30, pointsEach: 200, columns: 10, seed: seed)
        func fit(_ start: KMeansOptions.Start) throws -> KMeansModel {
            try kMeans(
                planted.points, options: KMeansOptions(clusters: 30, restarts: 3, seed: seed, start: start), threads: 2)
        }
        let (scalable, greedy) = (try fit(.parallel), try fit(.plusPlus))
        #expect(scalable.inertia < 1.01 * greedy.inertia)
        #expect(planted.isFoundAgain(by: scalable.labels))
        let random = try kMeans(
            planted.points, startingFrom: PointMatrix(values: Array(planted.points.values[..<300]), columns: 10),
            maximumIterations: 1)
        #expect(scalable.inertiaByIteration[0] < (random.inertiaByIteration.first ?? 0))
    }

    @Test("far from the origin, where the expanded distance cancels, labels are those of differences")
    func cancellation() throws {
        // Two pairs of clusters 0.25 apart, the pairs 2·10⁵ apart: one unit of the squared norm's rounding is 4,096.
        var values: [Float] = []
        for index in 0..<400 {
            let side: Float = index % 2 == 0 ? 100_000 : -100_000
            values += [side + (index % 4 < 2 ? 0 : 0.25), side]
        }
        let points = try PointMatrix(values: values, columns: 2)
        let model = try kMeans(points, options: KMeansOptions(clusters: 4, seed: 1))
        #expect(model.inertia == 0 && model.sizes == [100, 100, 100, 100])
    }
}
