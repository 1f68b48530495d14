import Analytics
import Testing

@Suite("Ward's hierarchical clustering")
struct WardTests {
    @Test("merges and heights are SciPy's")
    func scipy() throws {
        // z = scipy.cluster.hierarchy.ward(points(40, 3, 4)), SciPy 1.11.4; points as in CongruentPoints.swift.
        let heights = [
            0.062435476, 0.077377879, 0.090268472, 0.096883123, 0.143527151, 0.159145997, 0.169811392, 0.198020295,
            0.199763674, 0.203286683, 0.230129611, 0.230218028, 0.2441413, 0.249517152, 0.256713761, 0.263352994,
            0.270958484, 0.297333379, 0.298371906, 0.303049446, 0.345049308, 0.350716206, 0.378841113, 0.39324134,
            0.402184505, 0.42139683, 0.448760268, 0.471022616, 0.539193931, 0.657960517, 0.687110171, 0.703119744,
            0.70561229, 0.907696136, 1.206180463, 1.435524843, 1.563741733, 1.787852427, 2.327890228,
        ]
        let merges = [
            (10, 28, 2), (1, 29, 2), (20, 32, 2), (26, 34, 2), (27, 40, 3), (3, 5, 2), (4, 36, 2), (11, 18, 2),
            (19, 37, 2), (8, 22, 2), (6, 21, 2), (23, 31, 2), (33, 47, 3), (13, 25, 2), (35, 49, 3), (24, 39, 2),
            (12, 38, 2), (14, 48, 3), (7, 45, 3), (2, 9, 2), (41, 42, 4), (30, 54, 4), (16, 46, 3), (0, 51, 3),
            (17, 50, 3), (15, 61, 5), (53, 59, 4), (43, 58, 5), (44, 67, 8), (56, 60, 6), (63, 69, 9), (62, 64, 6),
            (57, 66, 7), (55, 65, 7), (52, 68, 11), (70, 71, 15), (72, 73, 14), (74, 75, 26), (76, 77, 40),
        ]
        let tree = try wardLinkage(congruentPoints(rows: 40, columns: 3, seed: 4))
        #expect(tree.merges.count == 39)
        for (merge, expected) in zip(tree.merges, zip(heights, merges)) {
            #expect(abs(merge.height / expected.0 - 1) < 1e-6)
            #expect(merge.first == expected.1.0 && merge.second == expected.1.1 && merge.size == expected.1.2)
        }
        // np.sort(np.bincount(fcluster(z, 5, "maxclust"))), and with 1.0 and "distance"
        #expect(sizes(try tree.labels(clusters: 5)) == [11, 9, 7, 7, 6])
        #expect(sizes(try tree.labels(height: 1)) == [9, 8, 7, 7, 6, 3])
    }

    @Test("the heights of 1,500 points add up to SciPy's")
    func scipySum() throws {
        // z = ward(points(1500, 5, 5)); z[:, 2].sum(), z[-5:, 2]
        let tree = try wardLinkage(congruentPoints(rows: 1500, columns: 5, seed: 5))
        #expect(abs(tree.merges.reduce(0) { $0 + $1.height } / 674.9972764427158 - 1) < 1e-9)
        let last = [7.986593065175172, 8.236819475083637, 8.825411654052784, 10.473853421189203, 11.570788909978784]
        for (merge, height) in zip(tree.merges.suffix(5), last) { #expect(abs(merge.height / height - 1) < 1e-6) }
    }

    @Test("heights agree with merging the best of all pairs, by Lance and Williams", arguments: [UInt64(1), 2, 3, 4])
    func bruteForce(seed: UInt64) throws {
        let count = 70
        let points = try uniformPoints(rows: count, columns: 1 + Int(seed), seed: seed)
        let rows = (0..<count).map { points[$0].map(Double.init) }
        var cost = rows.map { row in rows.map { distance(row, $0) } }
        var size = [Double](repeating: 1, count: count)
        var alive = Array(0..<count)
        var heights: [Double] = []
        while alive.count > 1 {
            var best = (alive[0], alive[1])
            for i in alive { for j in alive where i < j && cost[i][j] < cost[best.0][best.1] { best = (i, j) } }
            let (i, j) = best
            heights.append(cost[i][j].squareRoot())
            for k in alive where k != i && k != j {
                let total = size[i] + size[j] + size[k]
                let sum = (size[i] + size[k]) * cost[i][k] + (size[j] + size[k]) * cost[j][k] - size[k] * cost[i][j]
                cost[i][k] = sum / total
                cost[k][i] = cost[i][k]
            }
            size[i] += size[j]
            alive.removeAll { $0 == j }
        }
        let tree = try wardLinkage(points)
        for (merge, height) in zip(tree.merges, heights) { #expect(abs(merge.height / height - 1) < 1e-9) }
    }

    @Test("planted clusters are found again by number and by height")
    func planted() throws {
        let planted = try PlantedClusters(clusters: 7, pointsEach: 60, columns: 8, seed: 6)
        let tree = try wardLinkage(planted.points)
        #expect(planted.isFoundAgain(by: try tree.labels(clusters: 7)))
        let between = (tree.merges[412].height + tree.merges[413].height) / 2
        #expect(try tree.labels(height: between) == tree.labels(clusters: 7))
    }

    @Test("equal points, one point, one dimension and no points")
    func edges() throws {
        let same = try PointMatrix(values: [Float](repeating: 0.3, count: 60), columns: 2)
        let tree = try wardLinkage(same)
        #expect(tree.merges.count == 29 && tree.merges.allSatisfy { $0.height == 0 })
        #expect(try tree.labels(height: 0) == [Int32](repeating: 0, count: 30))
        #expect(try Set(tree.labels(clusters: 30)).count == 30)
        let single = try wardLinkage(PointMatrix(values: [1, 2] as [Float], columns: 2))
        #expect(try single.merges.isEmpty && single.labels(clusters: 1) == [0])
        let line = try wardLinkage(PointMatrix(values: [0, 1, 5, 5.5] as [Float], columns: 1))
        #expect(try line.labels(clusters: 2) == [0, 0, 1, 1])
        #expect(line.merges.map(\.first) == [2, 0, 4] && line.merges.map(\.second) == [3, 1, 5])
        #expect(throws: ClusteringError.tooFewPoints(points: 0, clusters: 1)) {
            try wardLinkage(PointMatrix(values: [] as [Float], columns: 2))
        }
        #expect(throws: ClusteringError.tooFewPoints(points: 4, clusters: 5)) { try line.labels(clusters: 5) }
        #expect(throws: ClusteringError.self) { try line.labels(clusters: 0) }
        #expect(throws: ClusteringError.self) { try line.labels(height: .nan) }
    }

    @Test("many equal distances still give whole trees whose heights do not fall")
    func ties() throws {
        let grid = try PointMatrix(values: (0..<400).flatMap { [Float($0 % 20), Float($0 / 20)] }, columns: 2)
        let tree = try wardLinkage(grid)
        #expect(tree.merges.count == 399 && tree.merges.last?.size == 400)
        for (earlier, later) in zip(tree.merges, tree.merges.dropFirst()) { #expect(earlier.height <= later.height) }
        for (index, merge) in tree.merges.enumerated() { #expect(merge.second < 400 + index) }
    }

    @Test("what the check throws ends the work")
    func cancelled() throws {
        struct Cancelled: Error {}
        let points = try uniformPoints(rows: 500, columns: 2, seed: 7)
        #expect(throws: Cancelled.self) { try wardLinkage(points) { throw Cancelled() } }
    }

    private func sizes(_ labels: [Int32]) -> [Int] {
        (0..<(labels.max() ?? -1) + 1).map { label in labels.count { $0 == label } }
    }
}
