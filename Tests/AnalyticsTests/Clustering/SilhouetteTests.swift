import Analytics
import Testing

@Suite("Silhouette and the choice of k")
struct SilhouetteTests {
    @Test("the silhouette agrees with the definition written out")
    func reference() throws {
        let points = try uniformPoints(rows: 203, columns: 3, seed: 21)
        // Sparse names and one point alone in its cluster.
        let labels = (0..<203).map { $0 == 0 ? Int32(40) : Int32($0 % 3) * 7 }
        let rows = (0..<203).map { points[$0].map(Double.init) }
        let widths = rows.indices.map { i -> Double in
            func mean(_ label: Int32) -> Double {
                let others = rows.indices.filter { labels[$0] == label && $0 != i }
                return others.reduce(0) { $0 + distance(rows[i], rows[$1]).squareRoot() } / Double(others.count)
            }
            guard labels.count(where: { $0 == labels[i] }) > 1 else { return 0 }
            let b = Set(labels).subtracting([labels[i]]).map(mean).min() ?? 0
            return (b - mean(labels[i])) / max(b, mean(labels[i]))
        }
        let found = try #require(try silhouette(points, labels: labels, seed: 1))
        #expect(abs(found - widths.reduce(0, +) / 203) < 1e-5)
    }

    @Test("a sample gives nearly the whole's silhouette, and the same one for the same seed")
    func sampled() throws {
        let planted = try PlantedClusters(clusters: 4, pointsEach: 500, columns: 4, seed: 22)
        let labels = planted.truth.map { Int32($0) }
        let whole = try #require(try silhouette(planted.points, labels: labels, seed: 1))
        let sampled = try #require(try silhouette(planted.points, labels: labels, sampleSize: 400, seed: 1))
        #expect(sampled != whole && abs(sampled - whole) < 0.02)
        #expect(try silhouette(planted.points, labels: labels, sampleSize: 400, seed: 1) == sampled)
    }

    @Test("one cluster has no silhouette; labels that do not fit are refused")
    func edges() throws {
        let points = try uniformPoints(rows: 5, columns: 2, seed: 23)
        #expect(try silhouette(points, labels: [1, 1, 1, 1, 1], seed: 1) == nil)
        #expect(throws: ClusteringError.self) { try silhouette(points, labels: [1], seed: 1) }
        #expect(throws: ClusteringError.self) { try silhouette(points, labels: [0, 1, -1, 0, 0], seed: 1) }
    }

    @Test("the planted number of clusters is chosen", arguments: [3, 5])
    func chosen(clusters: Int) throws {
        let planted = try PlantedClusters(clusters: clusters, pointsEach: 60, columns: 5, seed: 24)
        let choice = try chooseK(2...8, points: planted.points, options: KMeansOptions(clusters: 0, seed: 1))
        #expect(choice.model.clusters == clusters)
        #expect(choice.candidates.map(\.clusters) == Array(2...8))
        #expect(planted.isFoundAgain(by: choice.model.labels))
    }

    @Test("with few or equal points the range shrinks and one cluster is the last resort")
    func fallBack() throws {
        let options = KMeansOptions(clusters: 0, seed: 1)
        let same = try PointMatrix(values: [Float](repeating: 2, count: 30), columns: 3)
        let choice = try chooseK(2...6, points: same, options: options)
        #expect(choice.model.clusters == 1 && choice.candidates.isEmpty)
        let two = try PointMatrix(values: [0, 5] as [Float], columns: 1)
        #expect(try chooseK(2...6, points: two, options: options).model.clusters == 2)
        let single = try PointMatrix(values: [3] as [Float], columns: 1)
        #expect(try chooseK(2...6, points: single, options: options).model.clusters == 1)
        #expect(throws: ClusteringError.self) { try chooseK(1...3, points: two, options: options) }
    }
}
