/// All paths that are wanted of a line, as one tree, so that each key is looked up once.
struct JSONPathTree: Sendable {
    /// A place in the object; its edges stand together.
    struct Node: Sendable {
        var firstEdge = 0
        var edgeCount = 0
        /// The number of the wanted value that stands here, or −1.
        var slot = -1
    }

    /// The way from a node to one below it: a key, or a place in a list.
    struct Edge: Sendable {
        /// Where the key's UTF-8 stands in ``JSONPathTree/keys``; empty for a place in a list.
        var keyStart = 0
        var keyEnd = 0
        /// The place in a list, or −1.
        var index = -1
        var node = 0
    }

    private(set) var nodes = [Node()]
    private(set) var edges: [Edge] = []
    private(set) var keys: [UInt8] = []
    /// How many values are wanted.
    private(set) var slotCount = 0
    /// For each path that was given the number of its value; equal paths share one.
    private(set) var slots: [Int] = []

    init(_ paths: [JSONPath]) {
        var numbers: [JSONPath: Int] = [:]
        for path in paths {
            let number = numbers[path] ?? numbers.count
            numbers[path] = number
            slots.append(number)
        }
        slotCount = numbers.count
        let wanted = numbers.sorted { $0.value < $1.value }
        grow(node: 0, by: wanted.map { ($0.key.steps[...], $0.value) })
    }

    /// Adds the edges of a node side by side, then what is below each.
    private mutating func grow(node: Int, by paths: [(steps: ArraySlice<JSONPath.Step>, slot: Int)]) {
        var steps: [JSONPath.Step] = []
        for path in paths {
            guard let step = path.steps.first else {
                nodes[node].slot = path.slot
                continue
            }
            if !steps.contains(step) { steps.append(step) }
        }
        let firstEdge = edges.count
        (nodes[node].firstEdge, nodes[node].edgeCount) = (firstEdge, steps.count)
        for step in steps {
            nodes.append(Node())
            var edge = Edge(node: nodes.count - 1)
            switch step {
            case .key(let key):
                edge.keyStart = keys.count
                keys.append(contentsOf: key.utf8)
                edge.keyEnd = keys.count
            case .index(let index): edge.index = index
            }
            edges.append(edge)
        }
        for (offset, step) in steps.enumerated() {
            let below = paths.filter { $0.steps.first == step }.map { ($0.steps.dropFirst(), $0.slot) }
            grow(node: edges[firstEdge + offset].node, by: below)
        }
    }
}

extension JSONPathTree {
    /// The tree as a scanner walks it; valid inside ``withView(_:)``.
    struct View {
        let nodes: UnsafeBufferPointer<Node>
        fileprivate let edges: UnsafeBufferPointer<Edge>
        fileprivate let keys: UnsafeBufferPointer<UInt8>

        /// The node below a key, or −1; the search begins with the edge that is expected.
        func node(below node: Int, key: UnsafeBufferPointer<UInt8>, expected: inout Int) -> Int {
            let count = nodes[node].edgeCount
            for step in 0..<count {
                var number = expected + step
                if number >= count { number -= count }
                let edge = edges[nodes[node].firstEdge + number]
                guard edge.index < 0, edge.keyEnd - edge.keyStart == key.count else { continue }
                var offset = 0
                while offset < key.count, keys[edge.keyStart + offset] == key[offset] { offset += 1 }
                guard offset == key.count else { continue }
                expected = number + 1 == count ? 0 : number + 1
                return edge.node
            }
            return -1
        }

        /// The node below a place in a list, or −1.
        func node(below node: Int, index: Int) -> Int {
            let first = nodes[node].firstEdge
            for number in first..<first + nodes[node].edgeCount where edges[number].index == index {
                return edges[number].node
            }
            return -1
        }
    }

    func withView<Result>(_ body: (View) -> Result) -> Result {
        nodes.withUnsafeBufferPointer { nodes in
            edges.withUnsafeBufferPointer { edges in
                keys.withUnsafeBufferPointer { keys in body(View(nodes: nodes, edges: edges, keys: keys)) }
            }
        }
    }
}
