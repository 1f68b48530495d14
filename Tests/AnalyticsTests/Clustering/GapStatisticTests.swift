import Testing

@testable import Analytics

@Suite("The gap statistic")
struct GapStatisticTests {
    @Test("the planted number of clusters is chosen, on any number of threads", arguments: [2, 4, 6])
    func planted(clusters: Int) throws {
        let planted = try PlantedClusters(clusters: clusters, pointsEach: 80, columns: 4, seed: 41)
        let options = KMeansOptions(clusters: 0, restarts: 4, seed: 1)
        let choice = try chooseKByGap(1...8, points: planted.points, options: options)
        #expect(choice.model.clusters == clusters)
        #expect(choice.candidates.map(\.clusters) == Array(1...8))
        #expect(planted.isFoundAgain(by: choice.model.labels))
        #expect(try chooseKByGap(1...8, points: planted.points, options: options, threads: 3) == choice)
    }

    @Test("points without clusters are left as one, and a sample suffices")
    func none() throws {
        let points = try uniformPoints(rows: 3000, columns: 3, seed: 42)
        let options = KMeansOptions(clusters: 0, restarts: 2, seed: 1)
        let choice = try chooseKByGap(1...5, points: points, options: options, sampleSize: 400)
        #expect(choice.model.clusters == 1 && choice.model.labels.count == 3000)
        // A thin, turned strip, evenly filled: a box along the columns would make it look clustered.
        let strip = try PointMatrix(
            values: (0..<400).flatMap { index -> [Double] in
                let along = Double(index) / 20
                let across = 0.1 * (Double(index) * 0.618034).truncatingRemainder(dividingBy: 1)
                return [along + across, along - across]
            }, columns: 2)
        #expect(try chooseKByGap(1...5, points: strip, options: options).model.clusters == 1)
    }

    @Test("equal points, few points and ranges that make no sense")
    func edges() throws {
        let options = KMeansOptions(clusters: 0, restarts: 2, seed: 1)
        let same = try PointMatrix(values: [Float](repeating: 2, count: 30), columns: 3)
        let choice = try chooseKByGap(1...6, points: same, options: options)
        #expect(choice.model.clusters == 1 && choice.candidates.map(\.gap) == [.infinity])
        let two = try PointMatrix(values: [0, 5] as [Float], columns: 1)
        #expect(try chooseKByGap(1...6, points: two, options: options).model.clusters <= 2)
        #expect(throws: ClusteringError.self) { try chooseKByGap(0...3, points: two, options: options) }
        #expect(throws: ClusteringError.tooFewPoints(points: 2, clusters: 3)) {
            try chooseKByGap(3...4, points: two, options: options)
        }
        #expect(throws: ClusteringError.self) { try chooseKByGap(1...3, points: two, options: options, references: 1) }
        let none = try PointMatrix(values: [] as [Float], columns: 1)
        #expect(throws: ClusteringError.self) { try chooseKByGap(1...3, points: none, options: options) }
    }

    @Test("principal axes are orthonormal and make the matrix diagonal")
    func axes() {
        var generator = SeededGenerator(seed: 43)
        let n = 7
        var matrix = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
        for i in 0..<n {
            for j in 0...i {
                matrix[i][j] = generator.normal()
                matrix[j][i] = matrix[i][j]
            }
        }
        let axes = principalAxes(of: matrix)
        for i in 0..<n {
            for j in 0..<n {
                let product = (0..<n).reduce(0) { $0 + axes[i][$1] * axes[j][$1] }
                #expect(abs(product - (i == j ? 1 : 0)) < 1e-12)
                let image = (0..<n).map { row in (0..<n).reduce(0) { $0 + matrix[row][$1] * axes[j][$1] } }
                if i != j { #expect(abs((0..<n).reduce(0) { $0 + axes[i][$1] * image[$1] }) < 1e-10) }
            }
        }
        #expect(principalAxes(of: [[0]]) == [[1]])
    }
}
