import Analytics
import CKernels
import Testing

@Suite("Kernels of the nearest centroid")
struct NearestKernelTests {
    /// Points, centroids as the kernel wants them, and the two least distances of each point, plainly.
    private struct Case {
        let depth: Int
        let count: Int
        let clusters: Int
        let points: [Float]
        let centroids: [Float]

        init(depth: Int, count: Int, clusters: Int, seed: UInt64) {
            (self.depth, self.count, self.clusters) = (depth, count, clusters)
            var generator = SeededGenerator(seed: seed)
            points = (0..<count * depth).map { _ in Float(generator.normal(mean: 3)) }
            centroids = (0..<clusters * depth).map { _ in Float(generator.normal(mean: 3)) }
        }

        func distance(_ point: Int, _ centroid: Int) -> Double {
            (0..<depth).reduce(0) { sum, d in
                let difference = Double(points[point * depth + d]) - Double(centroids[centroid * depth + d])
                return sum + difference * difference
            }
        }

        func run(_ kernels: ck_kernels, slack: Float) -> (labels: [Int32], upper: [Float], lower: [Float]) {
            let padded = (clusters + 15) / 16 * 16
            var tiles = [Float](repeating: 0, count: padded * depth)
            var panels = tiles
            var half = [Float](repeating: .infinity, count: padded)
            let origin = [Float](repeating: 3, count: depth)
            var greatest: Float = 0
            for j in 0..<clusters {
                var square = 0.0
                for d in 0..<depth {
                    let value = centroids[j * depth + d]
                    tiles[(j / 8 * depth + d) * 8 + j % 8] = -(value - 3)
                    panels[(j / 16 * depth + d) * 16 + j % 16] = value
                    square += Double(value - 3) * Double(value - 3)
                }
                half[j] = Float(square / 2)
                greatest = max(greatest, Float(square.squareRoot()))
            }
            var labels = [Int32](repeating: -1, count: count)
            var upper = [Float](repeating: -1, count: count)
            var lower = upper
            var scratch = [Float](repeating: 0, count: 48 * depth)
            tiles.withUnsafeBufferPointer { tiles in
                panels.withUnsafeBufferPointer { panels in
                    half.withUnsafeBufferPointer { half in
                        origin.withUnsafeBufferPointer { origin in
                            var description = ck_centroids(
                                tiles: tiles.baseAddress, half_norms: half.baseAddress, panels: panels.baseAddress,
                                origin: origin.baseAddress, count: clusters, depth: depth, slack: slack,
                                greatest_norm: greatest)
                            kernels.nearest_centroids(
                                points, nil, count, &description, &scratch, &labels, &upper, &lower)
                        }
                    }
                }
            }
            return (labels, upper, lower)
        }
    }

    private let cases = [(1, 5, 1), (2, 37, 3), (7, 100, 19), (16, 129, 40), (33, 64, 200)].enumerated().map {
        Case(depth: $1.0, count: $1.1, clusters: $1.2, seed: UInt64($0))
    }

    @Test("labels are right and bounds hold", arguments: kernelVariants)
    func nearest(variant: Int) throws {
        let kernels = try kernels(variant)
        for data in cases {
            // With a large slack every point is looked at again by differences.
            for slack in [Float(data.depth + 12) * 0x1p-24, 1] {
                let (labels, upper, lower) = data.run(kernels, slack: slack)
                for point in 0..<data.count {
                    let roots = (0..<data.clusters).map { data.distance(point, $0).squareRoot() }
                    let label = Int(labels[point])
                    let others = roots.indices.filter { $0 != label }.map { roots[$0] }.min() ?? .infinity
                    #expect(roots[label] <= others * (1 + 1e-6))
                    #expect(roots[label] <= Double(upper[point]) && Double(lower[point]) <= others)
                    if slack < 1 {
                        #expect(Double(upper[point]) < roots[label] + 0.01)
                        #expect(Double(lower[point]) > others - 0.01 || others == .infinity)
                    }
                }
            }
        }
    }

    @Test("squared distances and potentials agree with double precision", arguments: kernelVariants)
    func distances(variant: Int) throws {
        let kernels = try kernels(variant)
        for data in cases {
            let labels = (0..<data.count).map { Int32($0 * 7 % data.clusters) }
            var scratch = [Float](repeating: 0, count: 48 * data.depth)
            var found = [Float](repeating: 0, count: data.count)
            kernels.squared_distances(
                data.points, data.depth, nil, data.count, data.centroids, labels, &scratch, &found)
            for point in 0..<data.count {
                let expected = data.distance(point, Int(labels[point]))
                #expect(abs(Double(found[point]) - expected) <= 1e-5 * expected)
            }
            let candidates = min(data.clusters, 9)
            let weights = (0..<data.count).map { Float(1 + $0 % 4) }
            var nearest = (0..<data.count).map { _ in Float(data.depth) }
            var sums = [Double](repeating: 0, count: candidates)
            kernels.potentials(
                data.points, data.depth, data.count, weights, data.centroids, candidates, &nearest, false, &scratch,
                &sums)
            for j in 0..<candidates {
                let expected = (0..<data.count).reduce(0.0) {
                    $0 + Double(weights[$1]) * min(Double(data.depth), data.distance($1, j))
                }
                #expect(abs(sums[j] / expected - 1) < 1e-5)
            }
            kernels.potentials(
                data.points, data.depth, data.count, nil, data.centroids, 1, &nearest, true, &scratch, &sums)
            #expect(abs(nearest.reduce(0) { $0 + Double($1) } / sums[0] - 1) < 1e-9)
        }
    }

    @Test("the cluster nearest by Ward is found, the lower slot on a tie", arguments: kernelVariants)
    func ward(variant: Int) throws {
        let kernels = try kernels(variant)
        var generator = SeededGenerator(seed: 5)
        for (depth, count) in [(1, 3), (3, 8), (5, 21), (16, 40)] {
            let groups = (count + 7) / 8
            var panels = [Double](repeating: 0, count: groups * 8 * depth)
            var sizes = [Double](repeating: .infinity, count: groups * 8)
            for slot in 0..<count {
                sizes[slot] = Double(1 + generator.integer(below: 9))
                // Whole numbers, so that there are ties.
                for d in 0..<depth {
                    panels[(slot / 8 * depth + d) * 8 + slot % 8] = Double(generator.integer(below: 3))
                }
            }
            let x = (0..<depth).map { _ in Double(generator.integer(below: 3)) }
            let costs = (0..<count).map { slot -> Double in
                let square = (0..<depth).reduce(0.0) { sum, d in
                    let difference = panels[(slot / 8 * depth + d) * 8 + slot % 8] - x[d]
                    return sum + difference * difference
                }
                return square * (sizes[slot] * 4 / (sizes[slot] + 4))
            }
            var best = Double.infinity
            var slot: Int32 = -1
            kernels.nearest_by_ward(panels, sizes, groups, depth, x, 4, &best, &slot)
            #expect(best == costs.min() && Int(slot) == costs.firstIndex(of: best))
            // What is known already is replaced by something better only.
            var known: Int32 = 77
            kernels.nearest_by_ward(panels, sizes, groups, depth, x, 4, &best, &known)
            #expect(known == 77)
        }
    }

    @Test("variants with fused multiply-add give the same bytes")
    func variantsAgree() throws {
        for data in cases {
            let fused = try kernelVariants.dropFirst().map { variant in
                let found = data.run(try kernels(variant), slack: Float(data.depth + 12) * 0x1p-24)
                var scratch = [Float](repeating: 0, count: 48 * data.depth)
                var distances = [Float](repeating: 0, count: data.count)
                try kernels(variant).squared_distances(
                    data.points, data.depth, nil, data.count, data.centroids, found.labels, &scratch, &distances)
                var nearest = distances
                var sums = [Double](repeating: 0, count: 1)
                try kernels(variant).potentials(
                    data.points, data.depth, data.count, nil, data.centroids, 1, &nearest, true, &scratch, &sums)
                return found.labels.map { UInt32(bitPattern: $0) } + found.upper.map(\.bitPattern)
                    + found.lower.map(\.bitPattern) + distances.map(\.bitPattern) + nearest.map(\.bitPattern)
                    + [UInt32(truncatingIfNeeded: sums[0].bitPattern)]
            }
            for other in fused { #expect(other == fused[0]) }
        }
    }
}
