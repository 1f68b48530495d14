import Foundation
import Testing

@testable import Millrace

@Suite("Layout of random graphs")
struct GraphLayoutTests {
    @Test("boxes never overlap, and whoever follows the lines finds exactly the edges, in both directions")
    func drawingSaysTheGraph() throws {
        var random = Self.randomness("drawingSaysTheGraph")
        var drawn = 0
        for round in 0..<150 {
            let graph = try Self.graph(using: &random)
            let expected = Set(
                graph.nodes.flatMap { node in
                    node.edges.map { DrawnGraph.Edge(from: $0.from, to: node.name, policy: $0.policy) }
                })
            for direction in [TextDirection.right, .down] {
                let glyphs = Glyphs(.unicode)
                let diagram = TextDiagram(graph, glyphs: glyphs, directions: [direction])
                let lines = diagram.canvas.lines(glyphs)
                #expect(diagram.frames.count == graph.nodes.count)
                #expect(!Self.overlap(diagram.frames.map { ($0.x, $0.y, $0.width, $0.height) }))
                let place = Dictionary(uniqueKeysWithValues: zip(graph.nodes.map(\.name), diagram.frames))
                for edge in expected {
                    guard let from = place[edge.from], let to = place[edge.to] else { continue }
                    let isLater =
                        direction == .right ? from.x + from.width <= to.x : from.y + from.height <= to.y
                    #expect(isLater, "\(edge.from) does not lie before \(edge.to)")
                }
                guard diagram.isUnambiguous else { continue }
                drawn += 1
                let read = DrawnGraph(
                    lines, frames: diagram.frames, names: graph.nodes.map(\.name), direction: direction)
                #expect(
                    read.edges == expected && read.faults.isEmpty,
                    "seed \(random.seed), round \(round), \(read.faults)\n\(lines.joined(separator: "\n"))")
            }
        }
        #expect(drawn >= 290, "only \(drawn) of 300 drawings are unambiguous; seed \(random.seed)")
    }

    @Test("cards of an SVG never overlap, and every edge leads to the right")
    func cardsKeepApart() throws {
        var random = Self.randomness("cardsKeepApart")
        for _ in 0..<100 {
            let graph = try Self.graph(using: &random)
            let diagram = SVGDiagram(graph)
            #expect(diagram.frames.count == graph.nodes.count)
            #expect(!Self.overlap(diagram.frames.map { ($0.x, $0.y, $0.width, $0.height) }), "seed \(random.seed)")
            #expect(diagram.frames.allSatisfy { $0.x >= 0 && $0.x + $0.width <= diagram.width })
            #expect(diagram.frames.allSatisfy { $0.y >= 0 && $0.y + $0.height <= diagram.height })
            let place = Dictionary(uniqueKeysWithValues: zip(graph.nodes.map(\.name), diagram.frames))
            for node in graph.nodes {
                for edge in node.edges {
                    guard let from = place[edge.from], let to = place[node.name] else { continue }
                    #expect(from.x + from.width < to.x)
                }
            }
        }
    }

    @Test("every step has one place in its layers, every link leads one layer on, and sorting adds no crossings")
    func layersAreSound() throws {
        var random = Self.randomness("layersAreSound")
        for _ in 0..<150 {
            let graph = try Self.graph(using: &random)
            var layered = LayeredGraph(graph)
            let before = layered.crossings
            layered.untangle()
            #expect(layered.crossings <= before)
            #expect(layered.layers.flatMap(\.self).sorted() == Array(layered.vertices.indices))
            for link in layered.links {
                #expect(layered.vertices[link.from].layer + 1 == layered.vertices[link.to].layer)
            }
            let routes = layered.routes.map { route in
                "\(route.path.first ?? -1)>\(route.path.last ?? -1) \(route.policy)"
            }
            #expect(routes.count == graph.nodes.map(\.edges.count).reduce(0, +))
            #expect(Set(routes).count == routes.count)
        }
    }

    @Test("no line is wider than asked for, whatever the width, the form and the characters")
    func widthHolds() throws {
        var random = Self.randomness("widthHolds")
        for _ in 0..<12 {
            let graph = try Self.graph(using: &random)
            for width in [1, 20, 33, 50, 80, 200] {
                for form in RunGraph.TextOptions.Form.allCases {
                    for characters in RunGraph.TextOptions.Characters.allCases {
                        let text = graph.text(.init(width: width, form: form, characters: characters))
                        let widest = text.split(separator: "\n").map { String($0).columns }.max() ?? 0
                        #expect(widest <= max(20, width), "seed \(random.seed)\n\(text)")
                        #expect(characters == .unicode || text.allSatisfy(\.isASCII), "seed \(random.seed)\n\(text)")
                    }
                }
            }
        }
    }

    // MARK: Random graphs

    private static func overlap(_ frames: [(x: Int, y: Int, width: Int, height: Int)]) -> Bool {
        frames.indices.contains { first in
            frames[..<first].contains { other in
                let one = frames[first]
                return one.x < other.x + other.width && other.x < one.x + one.width
                    && one.y < other.y + other.height && other.y < one.y + one.height
            }
        }
    }

    private static func randomness(_ test: String) -> GraphRandomness {
        let seed =
            ProcessInfo.processInfo.environment["MILLRACE_TEST_SEED"].flatMap(UInt64.init) ?? .random(in: 0...99_999)
        print("GraphLayoutTests.\(test) seed \(seed); run again with MILLRACE_TEST_SEED=\(seed)")
        return GraphRandomness(seed: seed)
    }

    /// Up to 14 steps in a random order of definition, each waiting for up to four others.
    private static func graph(using random: inout GraphRandomness) throws -> RunGraph {
        let count = Int.random(in: 1...14, using: &random)
        var nodes: [RunGraph.Node] = []
        for index in 0..<count {
            let length = Int.random(in: 0...12, using: &random)
            var edges: [RunGraph.Edge] = []
            for parent in Array(0..<index).shuffled(using: &random).prefix(Int.random(in: 0...4, using: &random)) {
                let policy: FailurePolicy =
                    Int.random(in: 0..<4, using: &random) > 0
                    ? .stop : Bool.random(using: &random) ? .continue : .always
                edges.append(RunGraph.Edge(nodes[parent].name, policy: policy))
            }
            nodes.append(
                RunGraph.Node(
                    name: "s\(index)" + String(repeating: "x", count: length), kind: index % 3 == 0 ? "" : "kind",
                    state: RunGraph.State.allCases.randomElement(using: &random),
                    jobs: Bool.random(using: &random) ? 1 : 1_000, ended: Int.random(in: 0...1_000, using: &random),
                    note: index % 5 == 0 ? "a note" : nil, edges: edges))
        }
        return try RunGraph(title: "random", nodes: nodes.shuffled(using: &random))
    }
}

/// Random numbers that come again with their seed.
struct GraphRandomness: RandomNumberGenerator {
    let seed: UInt64
    private var state: UInt64

    init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
