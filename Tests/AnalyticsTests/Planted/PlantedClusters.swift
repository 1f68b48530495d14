import Analytics

/// Points around known centres, 10 apart along their own axes, with unit noise.
struct PlantedClusters {
    let points: PointMatrix
    let truth: [Int]

    init(clusters: Int, pointsEach: Int, columns: Int, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var values: [Float] = []
        var truth: [Int] = []
        for index in 0..<clusters * pointsEach {
            let cluster = index % clusters
            truth.append(cluster)
            for column in 0..<columns {
                let centre = column == cluster % columns ? 10.0 * Double(1 + cluster / columns) : 0
                values.append(Float(generator.normal(mean: centre)))
            }
        }
        points = try PointMatrix(values: values, columns: columns)
        self.truth = truth
    }

    /// Whether labels and truth split the points in the same way, whatever the names.
    func isFoundAgain(by labels: [Int32]) -> Bool {
        let pairs = Set(zip(truth, labels).map { "\($0.0)-\($0.1)" })
        return pairs.count == Set(truth).count && pairs.count == Set(labels).count
    }
}
