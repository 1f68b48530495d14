/// Greedy k-means++: each next centroid is the best of a few points drawn with probability proportional to their
/// squared distance from the centroids so far.
///
/// - Returns: indices of different points, as many as asked for or, when there are fewer distinct points, one each.
/// - Source: Arthur and Vassilvitskii 2007, "k-means++: the advantages of careful seeding", with 2 + ⌊ln k⌋ trials a
///   step as in the authors' implementation.
func seedCentroids(_ points: PointMatrix, clusters: Int, using generator: inout SeededGenerator) -> [Int] {
    let trials = 2 + Int(Elementary.log(Double(clusters)))
    var chosen = [generator.integer(below: points.rows)]
    var nearest = squaredDistances(points, to: chosen[0], capped: nil)
    while chosen.count < clusters {
        var running: [Double] = []
        running.reserveCapacity(points.rows)
        var total = 0.0
        for distance in nearest {
            total += Double(distance)
            running.append(total)
        }
        guard total > 0 else { break }
        var best: (point: Int, potential: Double, nearest: [Float])?
        for _ in 0..<trials {
            let candidate = firstIndex(in: running, above: generator.uniform() * total)
            let distances = squaredDistances(points, to: candidate, capped: nearest)
            let potential = distances.reduce(0.0) { $0 + Double($1) }
            if best.map({ potential < $0.potential }) ?? true { best = (candidate, potential, distances) }
        }
        guard let best else { break }
        chosen.append(best.point)
        nearest = best.nearest
    }
    return chosen
}

/// The first index whose running sum exceeds `target`; it has a positive distance of its own.
private func firstIndex(in running: [Double], above target: Double) -> Int {
    var low = 0
    var high = running.count - 1
    while low < high {
        let middle = (low + high) / 2
        if running[middle] > target { high = middle } else { low = middle + 1 }
    }
    return low
}

/// Squared distances of all points to one of them, each at most what `capped` says.
private func squaredDistances(_ points: PointMatrix, to index: Int, capped: [Float]?) -> [Float] {
    let columns = points.columns
    var result = capped ?? [Float](repeating: .infinity, count: points.rows)
    points.values.withUnsafeBufferPointer { values in
        result.withUnsafeMutableBufferPointer { result in
            for row in result.indices {
                var sum: Float = 0
                for column in 0..<columns {
                    let difference = values[row * columns + column] - values[index * columns + column]
                    sum += difference * difference
                }
                if sum < result[row] { result[row] = sum }
            }
        }
    }
    return result
}
