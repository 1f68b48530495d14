extension LayeredGraph {
    /// Puts the vertices of each layer into an order with few crossings: sweeps down and up in which every vertex moves to
    /// the mean place of its neighbours, and the best order met on the way wins. Equals keep the order they had.
    mutating func untangle(sweeps: Int = 12) {
        var above = Array(repeating: [Int](), count: vertices.count)
        var below = above
        for link in links {
            above[link.to].append(link.from)
            below[link.from].append(link.to)
        }
        var best = (crossings: crossings, layers: layers)
        for sweep in 0..<sweeps where best.crossings > 0 {
            if sweep.isMultiple(of: 2) {
                for layer in layers.indices.dropFirst() { reorder(layer, by: above, in: layer - 1) }
            } else {
                for layer in layers.indices.dropLast().reversed() { reorder(layer, by: below, in: layer + 1) }
            }
            let found = crossings
            if found < best.crossings { best = (found, layers) }
        }
        layers = best.layers
    }

    /// How many pairs of links cross.
    var crossings: Int {
        let place = places
        return layers.indices.reduce(0) { sum, layer in
            let lines = links(after: layer).map { (place[$0.from], place[$0.to]) }
            return sum
                + lines.indices.reduce(0) { count, first in
                    count
                        + lines[..<first].count { other in
                            (other.0 - lines[first].0) * (other.1 - lines[first].1) < 0
                        }
                }
        }
    }

    private var places: [Int] {
        var places = Array(repeating: 0, count: vertices.count)
        for layer in layers {
            for (place, vertex) in layer.enumerated() { places[vertex] = place }
        }
        return places
    }

    private mutating func reorder(_ layer: Int, by neighbours: [[Int]], in other: Int) {
        var place: [Int: Int] = [:]
        for (index, vertex) in layers[other].enumerated() { place[vertex] = index }
        let keyed = layers[layer].enumerated().map { index, vertex -> (mean: Double, index: Int, vertex: Int) in
            let places = neighbours[vertex].compactMap { place[$0] }
            let mean = places.isEmpty ? Double(index) : Double(places.reduce(0, +)) / Double(places.count)
            return (mean, index, vertex)
        }
        layers[layer] = keyed.sorted { ($0.mean, $0.index) < ($1.mean, $1.index) }.map(\.vertex)
    }
}
