/// Where the vertices of a layered graph lie across the layers: side by side in their order, and as near as that allows
/// to the vertices that they are linked with.
struct LayerPlacement {
    /// A link with the places at which it meets its vertices, counted from their beginnings.
    struct Tie {
        var from: Int
        var to: Int
        var leaves: Int
        var arrives: Int
    }

    /// The first place that each vertex takes; the least of all is 0.
    private(set) var starts: [Int]
    /// The places that each vertex takes.
    let sizes: [Int]
    private let gap: Int
    private let layers: [[Int]]

    /// - Parameters:
    ///   - bends: the vertices that are kept in line before all others, so that long edges run straight.
    ///   - gap: free places between neighbours.
    init(layers: [[Int]], sizes: [Int], bends: Set<Int>, ties: [Tie], gap: Int) {
        self.layers = layers
        self.sizes = sizes
        self.gap = gap
        starts = Array(repeating: 0, count: sizes.count)
        for layer in layers {
            var next = 0
            for vertex in layer {
                starts[vertex] = next
                next += sizes[vertex] + gap
            }
        }
        var before = Array(repeating: [Tie](), count: sizes.count)
        var after = before
        for tie in ties {
            before[tie.to].append(tie)
            after[tie.from].append(tie)
        }
        for sweep in 0..<10 {
            let isForward = sweep.isMultiple(of: 2)
            let settles = sweep >= 6
            for layer in isForward ? layers : layers.reversed() {
                let wishes = layer.map { vertex -> (start: Double, weight: Double)? in
                    let wanted =
                        (isForward || settles ? before[vertex].map { starts[$0.from] + $0.leaves - $0.arrives } : [])
                        + (!isForward || settles ? after[vertex].map { starts[$0.to] + $0.arrives - $0.leaves } : [])
                    guard !wanted.isEmpty else { return nil }
                    return (Self.median(wanted), bends.contains(vertex) ? 16 : Double(wanted.count))
                }
                settle(layer, wishes)
            }
        }
        let least = starts.min() ?? 0
        for vertex in starts.indices { starts[vertex] -= least }
    }

    /// The places that all layers take together.
    var extent: Int { starts.indices.map { starts[$0] + sizes[$0] }.max() ?? 0 }

    /// Moves a vertex, and all that come after it in its layer, further along by one place.
    mutating func push(_ vertex: Int) {
        guard let layer = layers.first(where: { $0.contains(vertex) }),
            let index = layer.firstIndex(of: vertex)
        else { return }
        for later in layer[index...] { starts[later] += 1 }
    }

    /// Moves a layer's vertices to where they wish to be, in their order and without overlap, with the least sum of
    /// squared distances: the pool-adjacent-violators algorithm over starts less the room that those before take.
    private mutating func settle(_ layer: [Int], _ wishes: [(start: Double, weight: Double)?]) {
        var pools: [(sum: Double, weight: Double, count: Int)] = []
        var room = 0
        var rooms: [Int] = []
        for (vertex, wish) in zip(layer, wishes) {
            // Who is linked with nobody stays where it is as long as nobody pushes it.
            let (start, weight) = wish ?? (Double(starts[vertex]), 0.01)
            rooms.append(room)
            pools.append(((start - Double(room)) * weight, weight, 1))
            while pools.count > 1 {
                let (first, second) = (pools[pools.count - 2], pools[pools.count - 1])
                guard first.sum / first.weight > second.sum / second.weight else { break }
                pools.removeLast(2)
                pools.append((first.sum + second.sum, first.weight + second.weight, first.count + second.count))
            }
            room += sizes[vertex] + gap
        }
        var index = 0
        for pool in pools {
            let start = Int((pool.sum / pool.weight).rounded(.down))
            for _ in 0..<pool.count {
                starts[layer[index]] = start + rooms[index]
                index += 1
            }
        }
    }

    private static func median(_ values: [Int]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2)
            ? Double(sorted[middle - 1] + sorted[middle]) / 2 : Double(sorted[middle])
    }
}
