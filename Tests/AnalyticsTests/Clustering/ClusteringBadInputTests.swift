import Analytics
import Testing

@Suite("Clustering on bad input")
struct ClusteringBadInputTests {
    private func same(_ rows: Int) throws -> PointMatrix {
        try PointMatrix(values: [Float](repeating: 0.1, count: 2 * rows), columns: 2)
    }

    private let none = try? PointMatrix(values: [] as [Float], columns: 2)

    @Test("fewer points than clusters are refused, identical points are one cluster")
    func kMeansFamily() throws {
        let none = try #require(none)
        let options = KMeansOptions(clusters: 4, restarts: 2, seed: 1)
        #expect(throws: ClusteringError.tooFewPoints(points: 3, clusters: 4)) { try kMeans(same(3), options: options) }
        #expect(throws: ClusteringError.tooFewPoints(points: 0, clusters: 4)) {
            try kMeansStart(none, options: options)
        }
        #expect(try kMeans(same(9), options: options).clusters == 1)

        var batches = MiniBatchKMeans(options: options)
        try batches.show(none)
        #expect(throws: ClusteringError.tooFewPoints(points: 0, clusters: 4)) { try batches.finish() }
        try batches.show(same(3))
        #expect(throws: ClusteringError.tooFewPoints(points: 3, clusters: 4)) { try batches.finish() }
        try batches.show(same(50))
        try batches.show(same(50))
        #expect(try batches.finish().values == [0.1, 0.1])

        let choice = try chooseK(2...5, points: same(20), options: options)
        #expect(choice.model.clusters == 1 && choice.candidates.isEmpty)
        #expect(try chooseK(2...5, points: same(1), options: options).model.clusters == 1)
        #expect(throws: ClusteringError.self) { try chooseK(2...5, points: none, options: options) }
        #expect(try chooseKByGap(1...5, points: same(20), options: options).model.clusters == 1)
        #expect(throws: ClusteringError.self) { try chooseKByGap(2...5, points: same(1), options: options) }
        #expect(throws: ClusteringError.self) { try chooseKByGap(1...5, points: none, options: options) }
    }

    @Test("coordinates whose squares overflow are refused everywhere")
    func huge() throws {
        let huge = try PointMatrix(values: [0, 1, 1e30, 2, 5, 5, 1, 1] as [Float], columns: 2)
        let options = KMeansOptions(clusters: 2, seed: 1)
        #expect(throws: ClusteringError.tooLarge(row: 1)) { try kMeans(huge, options: options) }
        #expect(throws: ClusteringError.tooLarge(row: 1)) { try kMeansStart(huge, options: options) }
        #expect(throws: ClusteringError.tooLarge(row: 1)) { try silhouette(huge, labels: [0, 1, 0, 1], seed: 1) }
        #expect(throws: ClusteringError.tooLarge(row: 1)) { try chooseKByGap(1...2, points: huge, options: options) }
        var batches = MiniBatchKMeans(options: KMeansOptions(clusters: 1, seed: 1))
        try batches.show(same(20))
        #expect(throws: ClusteringError.tooLarge(row: 1)) { try batches.show(huge) }
        // Ward counts in double precision.
        #expect(try wardLinkage(huge).merges.allSatisfy { $0.height.isFinite })
    }

    @Test("Ward of no, one and identical points")
    func ward() throws {
        let none = try #require(none)
        #expect(throws: ClusteringError.tooFewPoints(points: 0, clusters: 1)) { try wardLinkage(none) }
        let one = try wardLinkage(same(1))
        #expect(one.merges.isEmpty)
        #expect(try one.labels(clusters: 1) == [0])
        #expect(throws: ClusteringError.tooFewPoints(points: 1, clusters: 2)) { try one.labels(clusters: 2) }
        let equal = try wardLinkage(same(40))
        #expect(equal.merges.count == 39 && equal.merges.allSatisfy { $0.height == 0 })
        #expect(try Set(equal.labels(clusters: 7)).count == 7)
        #expect(try Set(equal.labels(height: 0)).count == 1)
        #expect(throws: ClusteringError.self) { try equal.labels(clusters: 0) }
    }

    @Test("a silhouette of identical points is zero, and there is none of one cluster")
    func silhouettes() throws {
        #expect(try silhouette(same(4), labels: [0, 0, 1, 1], seed: 1) == 0)
        #expect(try silhouette(same(4), labels: [5, 5, 5, 5], seed: 1) == nil)
        #expect(try silhouette(#require(none), labels: [], seed: 1) == nil)
        #expect(throws: ClusteringError.self) { try silhouette(same(2), labels: [0], seed: 1) }
        #expect(throws: ClusteringError.self) { try silhouette(same(2), labels: [0, -1], seed: 1) }
    }

    @Test("columns that are constant, empty or beyond a double's range are standardised or refused")
    func scaling() throws {
        let scaling = try ColumnScaling(fitting: [7, 1, 7, 2], columns: 2)
        #expect(try scaling.apply(to: [9, 1]).values.allSatisfy { $0.isFinite })
        #expect(throws: StatisticsError.self) { try ColumnScaling(fitting: [], columns: 2) }
        #expect(throws: StatisticsError.notFinite(row: 1, column: 0)) {
            try ColumnScaling(fitting: [1, 1, 1.7e308, 2, -1.6e308, 3], columns: 2)
        }
        #expect(throws: StatisticsError.self) { try ColumnScaling(fitting: [1, .nan], columns: 1) }
    }
}
